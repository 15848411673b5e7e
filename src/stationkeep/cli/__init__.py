"""The command line. One file per command; nothing heavy is imported before a command runs."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = 130
BAD_INPUT = 2
FAILED = 1

_OBJECTS_BEFORE_COLLECTION = 50_000
_INTERRUPT_AGAIN_S = 3.0


def main() -> None:
    """Entry point of ``stationkeep``: exit 0 on success, 2 on bad input, 130 on Ctrl-C, 1 on our own failure."""
    # Our matrices are small and our runs already share the cores: the matrix library's own threads only wait for each
    # other (2 s of processor time in one fit on a busy machine). Before anything imports numpy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Loading a thousand modules sets off the search for garbage again and again, a twentieth of a start: less often.
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    with _interrupts_kept() as seen:
        try:
            _command()
        except Exception:
            # Inside a compiler's callback Ctrl-C is lost and comes out as a failure of the compiler.
            if not seen:
                raise
            _leave_interrupted()


def _command() -> None:
    from stationkeep.errors import InputError, StationkeepError

    try:
        from stationkeep.cli.app import app
        from stationkeep.cli.common import refuse_bare_json

        refuse_bare_json(sys.argv[1:])
        app()
    except InputError as error:
        _say(f"error: {error}")
        sys.exit(BAD_INPUT)
    except StationkeepError as error:
        _say(f"failed: {error}")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        _leave_interrupted()
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            _say("interrupted; files are written only when a run is complete")
        raise
    except BrokenPipeError:
        # The reader of our output has gone (``| head``): nothing to say, and nobody to say it to.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        _say(
            f"error: {error.filename or 'the system'}: {error.strerror or error}\n"
            "  check the path, permissions and free space"
        )
        sys.exit(BAD_INPUT)


@contextmanager
def _interrupts_kept() -> Iterator[list[int]]:
    """The signals that came. Each is raised as Python does, and again some seconds later if the command still runs:

    what calls Python from compiled code, as a compiler does, may drop an exception without a word.
    """
    seen: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield seen
        return

    again = getattr(signal, "setitimer", None)  # not on Windows

    def note(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        if again is not None:
            again(signal.ITIMER_REAL, _INTERRUPT_AGAIN_S)
        signal.default_int_handler(number, frame)

    kinds = [signal.SIGINT] if again is None else [signal.SIGINT, signal.SIGALRM]
    before = {kind: signal.getsignal(kind) for kind in kinds}
    if before[signal.SIGINT] is not signal.default_int_handler:
        yield seen
        return
    for kind in kinds:
        signal.signal(kind, note)
    try:
        yield seen
    finally:
        if again is not None:
            again(signal.ITIMER_REAL, 0.0)
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _leave_interrupted() -> None:
    _say("interrupted; files are written only when a run is complete")
    sys.exit(INTERRUPTED)


def _say(message: str) -> None:
    print(message, file=sys.stderr)
