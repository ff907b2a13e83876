"""Run one function in a child process that may crash, hang or eat memory without harm.

Foreign workbooks are parsed only here: a parser that meets a hostile file can abort its whole process
(python-calamine does, on a cell at XFD1048576). The child is spawned, not forked, so it inherits no
open ledger. Processor time and memory are bounded where the system can (`resource.setrlimit`), the wall
clock everywhere.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from arc_sheets.errors import ArcError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child may use: processor seconds, megabytes of address space, seconds on the clock."""

    cpu_seconds: int = 20
    memory_mb: int = 1024
    wall_seconds: float = 30


DEFAULT: Final = Limits()


class Sandboxed(ArcError):
    """The function did not come back with a result; `reason` says why, in a clause without a full stop.

    `spoken` is true if the function itself raised an `ArcError`: then the reason is its sentence.
    """

    def __init__(self, reason: str, *, spoken: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.spoken = spoken


class _Answer(NamedTuple):
    result: Any
    reason: str = ""
    spoken: bool = False


def run(function: Callable[..., T], *args: object, limits: Limits = DEFAULT) -> T:
    """Return `function(*args)`, computed in a child process.

    The function must be importable (module level); arguments and result must be picklable. Raises
    `Sandboxed` for an exception inside, a crash, a signal, a timeout or too much memory.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, function, args, limits), daemon=True)
    child.start()
    theirs.close()
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        child.kill()

    timer = threading.Timer(limits.wall_seconds, expire)
    timer.start()
    try:
        answer = _receive(ours)
        child.join()
    finally:
        timer.cancel()
        timer.join()
        child.kill()
        child.join()
        ours.close()
    if answer is None:
        raise Sandboxed(_cause(child.exitcode or 0, limits, expired=expired.is_set()))
    if answer.reason:
        raise Sandboxed(answer.reason, spoken=answer.spoken)
    result: T = answer.result
    return result


def _receive(pipe: Connection) -> _Answer | None:
    """Wait for the child's answer; None if it died before it could give one."""
    try:
        answer = pipe.recv()
    except (EOFError, OSError):
        return None
    return answer if isinstance(answer, _Answer) else None


def _child(
    pipe: Connection, function: Callable[..., object], args: tuple[object, ...], limits: Limits
) -> None:
    """Compute and answer; runs in the child."""
    _silence()
    _bound(limits)
    try:
        pipe.send(_Answer(function(*args)))
    except BaseException as error:  # noqa: BLE001 (a Rust panic is a BaseException; all go back as a reason)
        pipe.send(_Answer(None, *_reason(error, limits)))


def _reason(error: BaseException, limits: Limits) -> tuple[str, bool]:
    if isinstance(error, ArcError):
        return str(error), True
    if isinstance(error, MemoryError):
        return f"it needed more than {limits.memory_mb} MB of memory", False
    first, *_ = [*str(error).splitlines(), ""]
    return f"{type(error).__name__}: {first[:200]}".rstrip(" :."), False


def _cause(exitcode: int, limits: Limits, *, expired: bool) -> str:
    """Say why a child died without an answer."""
    if expired:
        return f"it took longer than {limits.wall_seconds:g} seconds"
    if exitcode >= 0:
        return f"the reader stopped with exit code {exitcode}"
    name = signal.Signals(-exitcode).name
    if name == "SIGXCPU":
        return f"it took more than {limits.cpu_seconds} seconds of processor time"
    if name == "SIGKILL":
        return "the system stopped the reader, which used too much memory or time"
    return f"the reader crashed ({name})"


def _silence() -> None:
    """Send what native code prints while it dies to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _bound(limits: Limits) -> None:
    """Set the limits that this system knows."""
    try:
        import resource  # noqa: PLC0415 (Unix only)
    except ImportError:
        return
    wanted = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_AS: limits.memory_mb * 2**20,
        resource.RLIMIT_CORE: 0,
    }
    for what, soft in wanted.items():
        _, hard = resource.getrlimit(what)
        bounded = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
        try:
            resource.setrlimit(what, (bounded, hard))
        except (OSError, ValueError):  # macOS refuses RLIMIT_AS; the wall clock still holds
            continue
