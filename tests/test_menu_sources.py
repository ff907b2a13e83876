from __future__ import annotations

import json
import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

from arc_sheets import tabs
from arc_sync.books import form
from arc_sync.google.menu import bundled, sources
from tests.menu_stage import SOURCES, TOOLS, Stage, book, modules
from tests.sample_contents import sample

SLIPS = {
    "queue.js": ("getDocumentLock", "getDocLock"),
    "page-forms.html": ("draft.values", "draft.valeus"),
}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what the type checker says of the sources, and of a copy of them with two slips, in one run."""
    copy = tmp_path_factory.mktemp("menu") / "slipped"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("node_modules"))
    for name, (right, wrong) in SLIPS.items():
        text = (copy / name).read_text(encoding="utf-8")
        (copy / name).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    command = ["node", *map(str, (TOOLS / "check.mjs", modules(), SOURCES, copy))]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=180).stdout


def test_the_types_of_script_and_pages_fit(complaints: str) -> None:
    assert [line for line in complaints.splitlines() if not line.startswith(("slipped/", " "))] == []


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_the_script_or_in_a_page_is_seen(complaints: str, name: str) -> None:
    assert re.search(rf"^slipped/{name}.* does not exist", complaints, re.MULTILINE)


def test_the_menu_asks_google_for_no_more_than_this_spreadsheet_and_its_own_pages() -> None:
    manifest = json.loads((SOURCES / "appsscript.json").read_text(encoding="utf-8"))
    base = "https://www.googleapis.com/auth/"
    assert manifest["oauthScopes"] == [f"{base}spreadsheets.currentonly", f"{base}script.container.ui"]
    assert manifest["runtimeVersion"] == "V8"


def test_the_lock_file_names_packages_and_no_place_to_fetch_them_from() -> None:
    lock = (SOURCES / "package-lock.json").read_text(encoding="utf-8")
    assert "integrity" in lock
    assert "resolved" not in lock
    assert "http" not in lock


def test_every_file_that_google_runs_has_a_name_of_its_own() -> None:
    names = [Path(name).stem for name in sources()]
    assert len(names) == len(set(names))


def test_clasp_pushes_what_install_menu_does() -> None:
    lines = (SOURCES / ".claspignore").read_text(encoding="utf-8").split()
    kept = [line[1:] for line in lines if line.startswith("!")]
    pushed = {path.name for path in SOURCES.iterdir() if any(fnmatch(path.name, one) for one in kept)}
    assert pushed == set(sources())
    assert set(json.loads((SOURCES / ".clasp.json.example").read_text(encoding="utf-8"))) == {
        "scriptId",
        "rootDir",
    }


def test_what_is_pasted_by_hand_has_all_of_it_in_four_files() -> None:
    pasted = bundled()
    assert list(pasted) == ["appsscript.json", "Code.gs", "page.html", "box.html"]
    for name, text in sources().items():
        if name.endswith(".js"):
            assert text.strip() in pasted["Code.gs"]
    assert "include_(" not in pasted["page.html"] + pasted["box.html"]
    for part in re.findall(r"include_\('([a-z-]+)'\)", sources()["page.html"]):
        assert sources()[f"{part}.html"].strip() in pasted["page.html"]


def test_what_is_pasted_by_hand_runs(tmp_path: Path) -> None:
    for name, text in bundled().items():
        (tmp_path / name.replace(".gs", ".js")).write_text(text, encoding="utf-8")
    with Stage(tmp_path) as stage:
        stage.begin(book(sample(20)))
        stage.call("onOpen")
        stage.call("menuDetails")
        menu, page = stage.told()
        assert menu["menu"]["title"] == "ARC"
        assert "class FormView" in page["sidebar"]


@pytest.fixture(scope="module")
def forms() -> dict[str, dict[str, dict[str, object]]]:
    with Stage() as stage:
        stage.begin({"sheets": [], "active": {"sheet": ""}})
        made = stage.order("constant", name="FORMS")
    return {name: {field["name"]: field for field in one["fields"]} for name, one in made.items()}


@pytest.mark.parametrize("block", form.BLOCKS, ids=lambda block: block.name)
def test_the_forms_are_those_of_the_account_tab(
    forms: dict[str, dict[str, dict[str, object]]], block: form.Block
) -> None:
    fields = forms[block.name]
    for one in block.fields:
        column = one.column
        if column.name in {form.THEN, "to"}:
            continue  # a button does what Then does; a message goes to the customer's own address
        assert fields[column.name]["label"] == column.header
        assert tuple(fields[column.name].get("choices", ())) == column.choices  # type: ignore[arg-type]  # a list
        assert tuple(fields[column.name].get("usual", ())) == one.usual  # type: ignore[arg-type]  # a list


def test_the_form_for_payments_is_that_of_its_tab(forms: dict[str, dict[str, dict[str, object]]]) -> None:
    for name, field in forms["payment"].items():
        column = tabs.PAYMENTS.column(name)
        assert field["label"] == column.header
        assert set(field.get("choices", ())) <= set(column.choices)  # type: ignore[call-overload]  # a list


def test_what_is_pasted_by_hand_has_no_more_for_googles_templates_than_its_attributes() -> None:
    for page in ("page.html", "box.html"):
        found = re.findall(r"<\?.*?\?>|<\?|\?>", bundled()[page])
        assert found == re.findall(r"<\?= \w+ \?>", sources()[page])
