"""The pytest plugin of gspread_suite: Google's hosts lead to the emulator, cassettes are not played.

It runs in a process where `tests` is gspread's own package, so it imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import types
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

HOSTS = os.environ["ARC_EMULATOR_HOSTS"].split()
_usual_send = HTTPAdapter.send


def _send(self: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
    parts = urlsplit(str(request.url))
    if f"{parts.scheme}://{parts.netloc}" in HOSTS:
        request.url = str(request.url).replace(
            f"{parts.scheme}://{parts.netloc}", os.environ["ARC_EMULATOR_URL"]
        )
    return _usual_send(self, request, *args, **how)


if importlib.util.find_spec("vcr") is None:  # before gspread's conftest asks for it
    _stand_in = types.ModuleType("vcr")
    _stand_in.VCR = types.SimpleNamespace(ensure_suffix=lambda _: None)  # type: ignore[attr-defined]
    sys.modules["vcr"] = _stand_in


def pytest_configure(config: pytest.Config) -> None:
    """Redirect, and know the marker of pytest-vcr."""
    HTTPAdapter.send = _send  # type: ignore[method-assign]  # this process runs nothing else
    config.addinivalue_line("markers", "vcr: recorded by gspread; here the call is live")


@pytest.fixture(scope="module")
def vcr() -> Any:
    """Play no cassette."""
    return types.SimpleNamespace(use_cassette=lambda _: contextlib.nullcontext())
