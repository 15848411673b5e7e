"""The commands as a person types them: exit codes, one message, nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stationkeep.cli import main

LINE1 = "1 25544U 98067A   22086.54746528  .00007553  00000+0  14224-3 0  9994"
LINE2 = "2 25544  51.6447  20.9354 0003979 317.3996  16.1142 15.49578066332518"


def high_orbit_sets() -> str:
    """Twelve well-formed element sets of a geostationary orbit, half a day apart."""

    def checked(line: str) -> str:
        return f"{line}{sum(int(c) if c.isdigit() else c == '-' for c in line) % 10}"

    return "".join(
        checked(f"1 28626U 05008A   22{60 + 0.5 * number:012.8f}  .00000000  00000-0  00000-0 0  999")
        + "\n"
        + checked("2 28626   0.0500 100.0000 0002000 100.0000 100.0000  1.0027000062000")
        + "\n"
        for number in range(12)
    )


def stationkeep(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the command in this process; the exit code."""
    monkeypatch.setattr(sys, "argv", ["stationkeep", *arguments])
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    return 0


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = stationkeep(*arguments, monkeypatch=monkeypatch)
        out, error = capfd.readouterr()
        return code, out, error

    return run


COMMANDS = [
    ["run"],
    ["decay"],
    ["burns"],
    ["calibrate"],
    ["scenarios"],
    ["new"],
    ["catalogue"],
    ["data", "update"],
    ["data", "show"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(cli, command: list[str]) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli(*command, "--help")
    assert code == 0
    assert "Example" in out
    assert f"stationkeep {' '.join(command)}" in out


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in (["new"],)], ids=" ".join)
def test_every_command_has_json(cli, command: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert "--json" in cli(*command, "--help")[1]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['stationkeep', '--help']\n"
        "from stationkeep.cli import main\n"
        "try:\n main()\nexcept SystemExit:\n pass\n"
        "heavy = {'numpy', 'numba', 'matplotlib', 'xarray', 'pandas', 'pymsis', 'heyoka', 'pydantic', 'simpy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_run_writes_report_and_json(cli, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, error = cli("run", "tiangong1-2018", "--runs", "5", "--json", "result.json", "--out", "made/here")
    assert code == 0, error
    assert "Station falls" in out
    assert "stationkeep run tiangong1-2018 --runs=5 --seed=1" in out
    assert (tmp_path / "made/here/tiangong1-2018-report.html").stat().st_size > 10_000
    document = json.loads((tmp_path / "result.json").read_text())
    assert document["schema"] == "stationkeep.run/1"
    assert document["branches"]["uncontrolled"]["reentry"]["probability"] == 1.0
    assert not list(tmp_path.rglob("*.part"))


def test_json_to_standard_output_is_only_json(cli) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = cli("run", "tiangong1-2018", "--runs", "3", "--json", "-")
    assert code == 0
    assert json.loads(out)["runs"] == 3


BAD = [
    (["run", "iss-2023"], "iss-2022"),
    (["run", "missing.yaml"], "missing.yaml"),
    (["run", "iss-2022", "--runs", "0"], "between 1 and"),
    (["run", "iss-2022", "--runs", "-3"], "between 1 and"),
    (["run", "iss-2022", "--seed", "-1"], "seed"),
    (["run", "iss-2022", "--branch", "withdraw"], "withdrawal"),
    (["run", "iss-2022", "--space-weather", "nowhere.txt"], "nowhere.txt"),
    (["run", "iss-2022", "--out", "/proc/nothing/here"], "/proc"),
    (["run", "tiangong1-2018", "--runs", "1", "--json", "/proc/x.json"], "cannot write in /proc"),
    (["decay", "--tle", "nothing.tle"], "nothing.tle"),
    (["decay", "--tle", "good.tle", "--as-of", "yesterday"], "is not a date"),
    (["decay", "--tle", "good.tle", "--as-of", "2022-02-30"], "is not a date"),
    (["decay", "--tle", "good.tle", "--as-of", "1999-01-01"], "no element set of object"),
    (["decay", "--tle", "good.tle"], "no burn-free arc"),
    (["decay", "--tle", "binary.tle"], "not plain text"),
    (["decay", "--tle", "empty.tle"], "is empty"),
    (["decay", "--tle", "/dev/zero"], "not an ordinary file"),
    (["decay", "--tle", "geo.tle"], "too high for air drag"),
    (["run", "iss-2022", "--json", "."], "is not a file name"),
    (["run", "iss-2022", "--json", ""], "is not a file name"),
    (["run", "iss-2022", "--json"], "--json at the end names no place to write to"),
    (["entry", "--json", "--body", "iss"], "as in --json result.json"),
    (["catalogue", "mir-2"], "mir-2"),
    (["run"], "Missing argument"),
    (["fly"], "No such command"),
]


@pytest.mark.parametrize(
    ("arguments", "message"), BAD, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_bad_input_exits_2_with_one_message(cli, tmp_path: Path, arguments: list[str], message: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "good.tle").write_text(f"{LINE1}\n{LINE2}\n")
    (tmp_path / "binary.tle").write_bytes(bytes(range(256)))
    (tmp_path / "empty.tle").write_bytes(b"")
    (tmp_path / "geo.tle").write_text(high_orbit_sets())
    code, _, error = cli(*arguments)
    assert code == 2, error
    assert message in error
    assert "Traceback" not in error
    assert not list(tmp_path.rglob("*.html"))
    assert not list(tmp_path.rglob("*.part"))


def test_unwritable_folder_is_refused_before_the_work(cli, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "file").write_text("x")
    code, _, error = cli("run", "iss-2022", "--out", "file/below")
    assert code == 2
    assert "is not a folder" in error


def test_several_files_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    from stationkeep.errors import OutputError
    from stationkeep.files import write_together

    (tmp_path / "taken").write_text("x")
    with pytest.raises(OutputError, match="cannot write"):
        write_together([(tmp_path / "good.html", "1"), (tmp_path / "taken" / "bad.json", "2")])
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
    write_together([(tmp_path / "good.html", "1"), (tmp_path / "good.json", "2")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.html", "good.json", "taken"]


def test_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stationkeep.errors import OutputError
    from stationkeep.files import write_atomically

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "old.json").write_text("old")
    with pytest.raises(OutputError, match="No space left"):
        write_atomically(tmp_path / "old.json", "new")
    assert (tmp_path / "old.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["old.json"]


def _hear_ctrl_c() -> None:
    """Started in the background, as on some CI machines, this process ignores Ctrl-C, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _wait_until_it_flies(process: subprocess.Popen[str]) -> None:
    """Until it has had a second of a processor, on a busy machine after a minute: then it is no longer loading."""
    stat = Path(f"/proc/{process.pid}/stat")
    time.sleep(6.0)
    for _ in range(540):
        if process.poll() is not None or not stat.exists():
            return
        user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
        if (int(user) + int(system)) / os.sysconf("SC_CLK_TCK") > 1.0:
            return
        time.sleep(0.1)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_exits_130_and_writes_nothing(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "stationkeep", "run", "iss-2022", "--runs", "3000", "--json", "x.json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_ctrl_c,
    )
    try:
        _wait_until_it_flies(process)
        assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "interrupted" in error
    assert "Traceback" not in error
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_lost_in_a_compiler_still_exits_130(tmp_path: Path) -> None:
    """numba's callbacks swallow the interrupt and fail with an error of their own."""
    script = (
        "import os, signal\n"
        "from stationkeep.cli import app, main\n"
        "def lost():\n"
        "    try:\n        os.kill(os.getpid(), signal.SIGINT)\n"
        "    except KeyboardInterrupt:\n        raise RuntimeError('no compiled object yet') from None\n"
        "app.app = lost\n"
        "main()\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=_hear_ctrl_c)
    assert done.returncode == 130
    assert "interrupted" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no timer signals")
def test_ctrl_c_dropped_without_a_word_comes_again() -> None:
    """An exception raised inside a callback from compiled code may only be printed, and the command goes on."""
    script = (
        "import os, signal, time\n"
        "from stationkeep.cli import app, main\n"
        "def dropped():\n"
        "    try:\n        os.kill(os.getpid(), signal.SIGINT)\n"
        "    except KeyboardInterrupt:\n        pass\n"
        "    time.sleep(300)\n"
        "app.app = dropped\n"
        "main()\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, preexec_fn=_hear_ctrl_c)
    assert done.returncode == 130
    assert "interrupted" in done.stderr


def test_bare_command_shows_the_commands() -> None:
    done = subprocess.run([sys.executable, "-m", "stationkeep"], capture_output=True, text=True, check=False)
    assert "Usage" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m stationkeep catalogue | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr
