"""What becomes of one input, in a process that may be killed.

- `Given`: an input: what opens it, and which name a refusal must mention.
- `watch(given, folder)`: a `Verdict`; `guard_process(...)`: limits of the process it runs in.

An input is accepted, refused by one of our errors whose text is one printable line of bounded
length that names the file, or it is a fault: any other exception, a warning, lateness, a file
written elsewhere than in the folder of the input. What kills the process is seen from outside.
"""

from __future__ import annotations

import errno
import faulthandler
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theory.kernel.errors import ShefferError
from theory.kernel.text import printable

DEADLINE_S = 5.0
INTERRUPTED = "interrupted"
"""The reason of what was ended by Ctrl-C: compilers and solvers are not at ease after it, and the
process is not used again."""
LONGEST = 1_100  # characters of a message: a thousand, and the mark where it was cut
MEMORY = 1_500_000_000  # bytes beyond what the process has when it begins
CPU_S = 900  # of a worker, should nobody be left to stop it


class OverdueError(BaseException):
    """Raised by the alarm; no handler of ordinary errors takes it."""


class FoundFaultError(BaseException):
    """Raised by what opens an input where it sees for itself that something is wrong."""


@dataclass(frozen=True, slots=True)
class Given:
    """An input: what opens it, and a name that a refusal must mention; empty for none.

    `places` are paths that the user named: an attempt to write there is denied, but no fault.
    """

    read: Callable[[], object]
    name: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word (accepted, refused, fault), its reason, and the seconds it took."""

    word: str
    reason: str
    seconds: float
    detail: str = ""


class _Writes:
    """Which files this process opens to write, makes, moves or removes; seen by an audit hook.

    What lies outside of the folder of the input is not written: the hook denies it, as the system
    would. So no input can do harm, whoever runs this, and each attempt is known.
    """

    def __init__(self) -> None:
        self.watching = False
        self.inside = ""
        self.given: tuple[str, ...] = ()  # places that the user named, where writing is no fault
        self.elsewhere: list[str] = []

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        if event == "open":
            path, _, flags = arguments
            # "x" and "w" come with flags; a descriptor is a file that was opened before.
            if isinstance(path, int) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return
            self._note(path)
        elif event == "os.mkdir":
            if not os.path.isdir(arguments[0]):  # one that is there is left as it is
                self._note(arguments[0])
        elif event in ("os.remove", "os.rmdir", "os.truncate", "os.chmod"):
            self._note(arguments[0])
        elif event == "sqlite3.connect":
            if not str(arguments[0]).startswith(("file:", ":memory:")):
                self._note(arguments[0])
        elif event in ("os.rename", "os.link", "os.symlink"):
            self._note(arguments[0])
            self._note(arguments[1])

    def _note(self, path: object) -> None:
        try:
            name = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return
        quiet = ("/dev/null", "/dev/tty", f"{self.inside}/")
        if name == self.inside:
            return
        if name.startswith(quiet) or "__pycache__" in name or ".cache" in name:
            return
        if not any(name == place or name.startswith(f"{place}") for place in self.given):
            self.elsewhere.append(name)
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)


_writes = _Writes()


def guard_process(folder: Path, crashes: Path) -> None:
    """Bounds the memory of this process, and watches what it writes."""
    faulthandler.enable(crashes.open("w"))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28, resource.RLIM_INFINITY))
    signal.signal(signal.SIGALRM, _ring)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    tempfile.tempdir = str(folder)
    os.fsync = lambda _: None  # nothing here is to outlive the machine
    warnings.simplefilter("error")
    # A file that nobody closed is not what is looked for here, and shows at any later moment.
    warnings.simplefilter("ignore", ResourceWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    _writes.inside = os.path.realpath(folder)
    sys.addaudithook(_writes.hook)


def _ring(*_: object) -> None:
    raise OverdueError


def watch(given: Given) -> Verdict:
    """Opens an input; says what came of it."""
    _writes.elsewhere.clear()
    _writes.given = tuple(_resolved(place) for place in given.places)
    begun, work = time.monotonic(), time.process_time()
    word, reason, detail = "accepted", "", ""
    _writes.watching = True
    signal.setitimer(signal.ITIMER_REAL, DEADLINE_S)
    try:
        found = given.read()
        reason = found if isinstance(found, str) else ""
    except ShefferError as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        word, reason, detail = "refused", error.reason, printable(str(error))
        wrong = wrong_text(str(error), given.name)
        if wrong:
            word, reason = "fault", f"{wrong} in {_place(error)} ({error.reason})"
    except OverdueError as error:
        word, reason = "fault", f"overdue in {_place(error)}"
    except FoundFaultError as error:
        word, reason, detail = "fault", str(error.args[0]), str(error.args[-1])
    except BaseException as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        word, reason = "fault", f"{type(error).__name__} in {_place(error)}"
        detail = "".join(traceback.format_exception(error, limit=-12))[-6_000:]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _writes.watching = False
    seconds = time.monotonic() - begun
    if _writes.elsewhere:
        word, reason, detail = "fault", "written elsewhere", _writes.elsewhere[0]
    if word != "fault" and seconds > DEADLINE_S and time.process_time() - work > DEADLINE_S:
        word, reason = "fault", "overdue"
    return Verdict(word, reason, seconds, detail)


def _resolved(place: str) -> str:
    try:
        return os.path.realpath(place)
    except ValueError:
        return place


def wrong_text(text: str, name: str = "") -> str:
    """What is wrong with the text of a refusal, as it is printed; empty for nothing."""
    shown = printable(text)
    if not shown.isprintable():
        return "raw characters"
    if "\n" in text or "\r" in text:
        return "several lines"
    if len(shown) > LONGEST:
        return "a long message"
    if name and name not in shown:
        return "a message without the file"
    if not shown.strip():
        return "an empty message"
    return ""


def _place(error: BaseException) -> str:
    """The innermost function of ours that the error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/theory/" in f.filename or "/solvers/" in f.filename]
    ours = [f for f in ours if "/tests/" not in f.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].name}"
