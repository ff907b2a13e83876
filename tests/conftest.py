"""How hard the properties try: HYPOTHESIS_PROFILE is default, ci or long (or faults, which takes a seed)."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from tests.toys import toys_kept

settings.register_profile("default", deadline=None, derandomize=True, database=None)
settings.register_profile("ci", deadline=None, max_examples=400, print_blob=True)
settings.register_profile("long", deadline=None, max_examples=5000, print_blob=True)
settings.register_profile("faults", deadline=None, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let what ARC keeps for a user not be kept for whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARC_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def toys() -> Iterator[None]:
    with toys_kept():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skip is a failure: everything a test can need is installed there."""
    report = yield
    if report.skipped and os.environ.get("ARC_TEST_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report
