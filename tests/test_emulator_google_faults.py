"""What goes wrong on the way, limits per minute, people between calls, and the command line."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.emulators.google import GoogleEmulator
from tests.emulators.google_api import SHEETS, Api, Refusal, text

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def api() -> Iterator[Api]:
    with GoogleEmulator() as google:
        yield Api(google).made()


def test_a_fault_before_leaves_nothing_and_a_fault_after_leaves_everything(api: Api) -> None:
    api.google.faults.plan("write", 503)
    with pytest.raises(Refusal, match="unavailable"):
        api.append("A1", [["x"]])
    assert api.values("A:A") == []
    api.google.faults.plan("write", 503, after=True, times=2)
    for _ in range(2):
        with pytest.raises(Refusal):
            api.append("A1", [["x"]])
    assert api.values("A:A") == [["x"], ["x"]]


@pytest.mark.parametrize("after", [False, True])
def test_a_dropped_line_says_nothing_either_way(api: Api, after: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    api.google.faults.plan("values.update", None, after=after)
    with pytest.raises(requests.ConnectionError):
        api.write("A1", [["x"]])
    assert api.values("A:A") == ([["x"]] if after else [])
    assert [call.status for call in api.google.calls if call.kind == "write"][-1] == 0


def test_a_fault_can_wait_for_its_call_and_say_when_to_come_again(api: Api) -> None:
    api.google.faults.plan("read", 429, skip=1).retry_after = 7
    api.values("A1")
    with pytest.raises(Refusal) as refused:
        api.values("A1")
    assert refused.value.headers["Retry-After"] == "7"
    api.values("A1")


def test_a_fault_of_reads_is_not_one_of_spreadsheets(api: Api) -> None:
    api.google.faults.plan("read", 503)
    api.write("A1", [["x"]])
    with pytest.raises(Refusal):
        api.values("A1")


def test_the_same_seed_gives_the_same_faults() -> None:
    def statuses(seed: int) -> list[int]:
        with GoogleEmulator(seed=seed) as google:
            api = Api(google).made()
            google.faults.rate = 0.5
            answers = []
            for _ in range(20):
                try:
                    answers.append(api.session.get(f"{SHEETS}/{api.book}").status_code)
                except requests.ConnectionError:
                    answers.append(0)
            return answers

    assert statuses(3) == statuses(3)
    assert len(set(statuses(3))) > 2


def test_the_sixty_first_read_in_a_minute_is_429_and_writes_count_apart(api: Api) -> None:
    api.google.quota.per_user = 60
    for _ in range(60):
        api.values("A1")
    with pytest.raises(Refusal, match="Quota exceeded for quota metric 'Read requests'") as refused:
        api.values("A1")
    error = refused.value.error
    assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert error["details"][0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerUser"
    api.write("A1", [[1]])
    api.google.clock.later(61)
    api.values("A1")


def test_users_have_their_own_minute_and_the_project_one_for_all(api: Api) -> None:
    google = api.google
    google.person.share(google.robot_email)
    robot = Api(google, user=google.robot_email)
    robot.book = api.book
    google.quota.per_user, google.quota.per_project = 2, 3
    api.values("A1"), api.values("A1"), robot.values("A1")
    with pytest.raises(Refusal, match="per minute' of service"):
        robot.values("A1")


def test_a_person_acts_just_before_a_call_and_only_as_often_as_said(api: Api) -> None:
    api.write("A1", [["a"], ["b"]])
    api.google.habits.before("read", lambda person: person.insert_rows("Sheet1", 1))
    assert api.values("A1:A3") == [[], ["a"], ["b"]]
    assert api.values("A1:A3") == [[], ["a"], ["b"]]
    api.google.habits.before(
        "spreadsheets.values.update", lambda person: person.clear("Sheet1!A1:Z9"), times=None
    )
    for value in ("x", "y"):
        api.write("B1", [[value]])
        assert api.values("A1:B9") == [["", value]]


def test_a_person_sees_rows_and_columns_as_people_do(api: Api) -> None:
    person = api.google.person
    person.fill("Sheet1!A1", [["Name", "Sum"], ["b", 2], ["a", 1]])
    person.sort("Sheet1", "A")
    assert person.rows("Sheet1") == [["Name", "Sum"], ["a", 1], ["b", 2]]
    person.move_columns("Sheet1", "B", "A")
    person.move_rows("Sheet1", 3, 2)
    person.insert_columns("Sheet1", "A")
    assert person.rows("Sheet1") == [["", "Sum", "Name"], ["", 2, "b"], ["", 1, "a"]]
    person.delete_columns("Sheet1", "A")
    person.delete_rows("Sheet1", 2)
    person.rename_tab("Sheet1", "Kept")
    assert (person.rows("Kept"), person.tabs(), person.cell("Kept!B2")) == (
        [["Sum", "Name"], [1, "a"]],
        ["Kept"],
        "a",
    )


def test_calls_are_told_by_kind_and_method(api: Api) -> None:
    api.google.calls.forget()
    api.values("A1")
    api.batch({"appendCells": {"rows": [{"values": [text("x")]}], "fields": "*"}})
    api.call("GET", f"https://www.googleapis.com/drive/v3/files/{api.book}")
    assert api.google.calls.by_kind() == {"read": 1, "write": 1, "drive": 1}
    assert api.google.calls.by_method() == {
        "spreadsheets.values.get": 1,
        "spreadsheets.batchUpdate": 1,
        "drive.files.get": 1,
    }
    assert {call.user for call in api.google.calls} == {api.google.person_email}
    assert all(call.answer_bytes for call in api.google.calls)


def test_a_fault_of_the_emulator_itself_is_not_swallowed() -> None:
    def stumble(_: object) -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"), GoogleEmulator() as google:  # noqa: PT012 - it is raised at the end
        api = Api(google).made()
        google.habits.before("read", stumble)
        assert api.session.get(f"{SHEETS}/{api.book}").status_code == 500


def test_the_command_line_prints_its_url_and_ends_on_ctrl_c() -> None:
    command = [sys.executable, "-m", "tests.emulators.google", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert requests.get(f"{url}/v4/spreadsheets/x", timeout=5).status_code == 403
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=20)
    assert (process.returncode, rest, said) == (0, "", "")
