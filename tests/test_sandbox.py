from __future__ import annotations

import os
import sys
import time

import pytest

from arc_sheets.errors import IntakeError
from arc_sync.sandbox import Limits, Sandboxed, run

BRIEF = Limits(cpu_seconds=20, memory_mb=1024, wall_seconds=60)
unix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits are those of Unix")


def add(one: int, other: int) -> int:
    return one + other


def large(size: int) -> bytes:
    return b"x" * size


def fail() -> None:
    message = "a secret path\nand a second line"
    raise ValueError(message)


def speak() -> None:
    raise IntakeError("the table has no end.")


def leave() -> None:
    sys.exit(3)


def vanish() -> None:
    os._exit(7)


def abort() -> None:
    os.abort()


def sleep() -> None:
    time.sleep(600)


def spin() -> None:
    while True:
        pass


def hoard() -> int:
    return len(bytearray(4 * 2**30))


def lambda_result() -> object:
    return lambda: None


def chatter() -> str:
    os.write(1, b"noise")
    os.write(2, b"noise")
    return "done"


def reason(function: object, limits: Limits = BRIEF) -> str:
    with pytest.raises(Sandboxed) as caught:
        run(function, limits=limits)  # type: ignore[arg-type]  # any callable
    assert "\n" not in caught.value.reason
    assert str(caught.value) == caught.value.reason
    return caught.value.reason


def test_a_result_comes_back() -> None:
    assert run(add, 2, 3, limits=BRIEF) == 5


def test_a_large_result_comes_back_whole() -> None:
    assert len(run(large, 5_000_000, limits=BRIEF)) == 5_000_000


def test_an_exception_is_a_reason_of_one_line() -> None:
    assert reason(fail) == "ValueError: a secret path"


def test_a_sentence_of_arc_comes_back_as_it_is() -> None:
    with pytest.raises(Sandboxed) as caught:
        run(speak, limits=BRIEF)
    assert caught.value.spoken
    assert caught.value.reason == "the table has no end."


def test_exits_are_reasons() -> None:
    assert reason(leave) == "SystemExit: 3"
    assert reason(vanish) == "the reader stopped with exit code 7"


@unix
def test_a_crash_is_a_reason() -> None:
    assert reason(abort) == "the reader crashed (SIGABRT)"


def test_a_hang_ends_at_the_wall_clock() -> None:
    assert reason(sleep, Limits(wall_seconds=2)) == "it took longer than 2 seconds"


@unix
def test_a_busy_loop_ends_at_its_processor_time() -> None:
    assert "1 seconds of processor time" in reason(spin, Limits(cpu_seconds=1, wall_seconds=60))


@unix
def test_too_much_memory_is_a_reason() -> None:
    assert reason(hoard) == "it needed more than 1024 MB of memory"


def test_a_result_that_cannot_travel_is_a_reason() -> None:
    assert "pickle" in reason(lambda_result).lower()


def test_the_child_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(chatter, limits=BRIEF) == "done"
    assert capfd.readouterr() == ("", "")
