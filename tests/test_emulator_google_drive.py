"""Drive, and who may reach what: the file around the spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators.google import GoogleEmulator
from tests.emulators.google_api import DRIVE, SHEETS, Api, Refusal

OWN_FILES = ["https://www.googleapis.com/auth/drive.file"]
READ_ONLY = ["https://www.googleapis.com/auth/drive.metadata.readonly"]


@pytest.fixture
def api() -> Iterator[Api]:
    with GoogleEmulator() as google:
        yield Api(google).made()


def probe(api: Api, fields: str = "version") -> object:
    return api.call("GET", f"{DRIVE}/files/{api.book}", params={"fields": fields})


def of(api: Api, user: str, scopes: list[str] | None = None) -> Api:
    other = Api(api.google, user=user, scopes=scopes)
    other.book = api.book
    return other


def test_the_version_rises_with_every_change_and_not_with_a_read(api: Api) -> None:
    assert probe(api) == {"version": "1"}
    api.values("A1")
    assert probe(api) == {"version": "1"}
    api.write("A1", [[1]])
    api.google.person.type("Sheet1!A2", "x")
    assert probe(api) == {"version": "3"}


def test_a_refused_change_is_no_new_version(api: Api) -> None:
    with pytest.raises(Refusal):
        api.batch({"deleteSheet": {"sheetId": 9}})
    assert probe(api) == {"version": "1"}


def test_the_version_can_lag_behind_the_contents(api: Api) -> None:
    api.google.world.version_lag = 60
    api.write("A1", [[1]])
    assert api.values("A1:A1") == [[1]]
    assert probe(api) == {"version": "1"}
    api.google.clock.later(61)
    assert probe(api) == {"version": "2"}


def test_a_file_in_the_bin_says_so_and_still_works(api: Api) -> None:
    api.google.person.trash()
    assert probe(api, "trashed,capabilities/canEdit") == {"trashed": True, "capabilities": {"canEdit": True}}
    assert api.write("A1", [[1]])["updatedCells"] == 1
    assert api.call("GET", f"{DRIVE}/files")["files"] == []


def test_a_deleted_file_is_not_found(api: Api) -> None:
    api.call("DELETE", f"{DRIVE}/files/{api.book}")
    with pytest.raises(Refusal, match="Requested entity was not found") as refused:
        api.values("A1")
    assert refused.value.code == 404
    with pytest.raises(Refusal, match=f"File not found: {api.book}.") as refused:
        probe(api)
    assert refused.value.error["errors"][0]["reason"] == "notFound"


def test_a_withdrawn_share_is_403_in_sheets_and_404_in_drive(api: Api) -> None:
    robot = of(api, api.google.robot_email)
    api.google.person.share(api.google.robot_email)
    assert robot.values("A1:A1") == []
    api.google.person.withdraw(api.google.robot_email)
    with pytest.raises(Refusal, match="The caller does not have permission") as refused:
        robot.values("A1:A1")
    assert (refused.value.code, refused.value.error["status"]) == (403, "PERMISSION_DENIED")
    with pytest.raises(Refusal, match="File not found") as refused:
        probe(robot)
    assert refused.value.code == 404


def test_a_reader_reads_and_does_not_write(api: Api) -> None:
    api.google.person.share("reader@example.com", "reader")
    reader = of(api, "reader@example.com")
    assert reader.values("A1:A1") == []
    assert probe(reader, "capabilities/canEdit") == {"capabilities": {"canEdit": False}}
    with pytest.raises(Refusal, match="The caller does not have permission"):
        reader.write("A1", [[1]])


def test_drive_file_reaches_what_the_app_made_and_nothing_else(api: Api) -> None:
    google = api.google
    own = Api(google, scopes=OWN_FILES).made()
    assert own.values("A1:A1") == []
    google.file(api.book).app = "another app"
    with pytest.raises(Refusal) as refused:
        of(api, google.person_email, OWN_FILES).values("A1")
    assert refused.value.code == 404
    listed = own.call("GET", f"{DRIVE}/files")["files"]
    assert [one["id"] for one in listed] == [own.book]


def test_a_scope_that_does_not_cover_the_method_is_403(api: Api) -> None:
    narrow = of(api, api.google.person_email, READ_ONLY)
    assert probe(narrow) == {"version": "1"}
    with pytest.raises(Refusal, match="insufficient authentication scopes") as refused:
        narrow.values("A1")
    assert refused.value.error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_a_service_account_has_no_room_for_files(api: Api) -> None:
    robot = Api(api.google, user=api.google.robot_email)
    with pytest.raises(Refusal, match="storage quota has been exceeded") as refused:
        robot.call(
            "POST",
            f"{DRIVE}/files",
            json={"name": "x", "mimeType": "application/vnd.google-apps.spreadsheet"},
        )
    assert refused.value.error["errors"][0]["reason"] == "storageQuotaExceeded"
    with pytest.raises(Refusal, match="does not have permission"):
        robot.made()


def test_a_copy_has_the_same_contents_under_another_id(api: Api) -> None:
    api.write("A1", [["x"]])
    metadata = {
        "metadataId": 7,
        "metadataKey": "book",
        "metadataValue": api.book,
        "visibility": "PROJECT",
        "location": {"spreadsheet": True},
    }
    api.batch({"createDeveloperMetadata": {"developerMetadata": metadata}})
    copy = api.google.person.copy_file()
    assert copy.file.file_id != api.book
    assert copy.rows("Sheet1") == [["x"]]
    other = of(api, api.google.person_email)
    other.book = copy.file.file_id
    assert other.get()["developerMetadata"][0]["metadataValue"] == api.book
    copy.type("Sheet1!A1", "only here")
    assert api.values("A1:A1") == [["x"]]


def test_files_are_found_by_name_and_parent(api: Api) -> None:
    query = "name = 'Book' and mimeType = 'application/vnd.google-apps.spreadsheet' and trashed = false"
    found = api.call("GET", f"{DRIVE}/files", params={"q": query, "fields": "files(id)"})
    assert found == {"files": [{"id": api.book}]}
    assert api.call("GET", f"{DRIVE}/files", params={"q": "name = 'Other'"})["files"] == []
    with pytest.raises(Refusal, match="Invalid Value"):
        api.call("GET", f"{DRIVE}/files", params={"q": "name like 'Book'"})


def test_a_name_may_hold_the_word_and(api: Api) -> None:
    api.google.person.rename_file("Smith and 'Sons'")
    query = "name = 'Smith and \\'Sons\\'' and 'root' in parents"
    assert [one["id"] for one in api.call("GET", f"{DRIVE}/files", params={"q": query})["files"]] == [
        api.book
    ]


def test_pages_follow_each_other_and_a_page_that_is_none_is_refused(api: Api) -> None:
    api.google.person.copy_file()
    first = api.call("GET", f"{DRIVE}/files", params={"pageSize": "1"})
    second = api.call("GET", f"{DRIVE}/files", params={"pageSize": "1", "pageToken": first["nextPageToken"]})
    assert "nextPageToken" not in second
    assert first["files"] != second["files"]
    for wrong in ({"pageToken": "BOGUS"}, {"pageSize": "NOPE"}):
        with pytest.raises(Refusal, match=r"Invalid [Vv]alue"):
            api.call("GET", f"{DRIVE}/files", params=wrong)


def test_about_wants_to_know_which_fields(api: Api) -> None:
    with pytest.raises(Refusal, match="'fields' parameter is required"):
        api.call("GET", f"{DRIVE}/about")
    answer = api.call("GET", f"{DRIVE}/about", params={"fields": "user(emailAddress)"})
    assert answer == {"user": {"emailAddress": api.google.person_email}}


def test_a_share_is_made_and_withdrawn_over_drive(api: Api) -> None:
    given = {"type": "user", "role": "writer", "emailAddress": "colleague@example.com"}
    made = api.call("POST", f"{DRIVE}/files/{api.book}/permissions", json=given)
    assert of(api, "colleague@example.com").values("A1:A1") == []
    api.call("DELETE", f"{DRIVE}/files/{api.book}/permissions/{made['id']}")
    with pytest.raises(Refusal, match="does not have permission"):
        of(api, "colleague@example.com").values("A1:A1")


def test_a_spreadsheet_can_be_made_with_sheets_and_contents(api: Api) -> None:
    data = [{"startRow": 1, "rowData": [{"values": [{"userEnteredValue": {"numberValue": 5}}]}]}]
    sheets = [
        {"properties": {"title": "Invoices"}},
        {"properties": {"title": "_ARC", "hidden": True}, "data": data},
    ]
    made = api.call(
        "POST", SHEETS, json={"properties": {"title": "Whole", "locale": "de_DE"}, "sheets": sheets}
    )
    assert [one["properties"]["title"] for one in made["sheets"]] == ["Invoices", "_ARC"]
    assert made["properties"]["locale"] == "de_DE"
    assert api.google.person_at(made["spreadsheetId"]).rows("_ARC") == [[], [5]]
