"""ARC.xlam: small, the same bytes every time, its sources readable by others, and nothing in it to be afraid of."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

from arc_sheets import __version__
from arc_sync.addin import rehearsal
from arc_sync.addin.package import OF_ADDIN, OF_WORKBOOK, version_of
from arc_sync.addin.xlam import VERSION_MODULE, build, modules
from tests.addin_readers import sources, suspicious

ROOT = Path(__file__).parent.parent
LARGEST = 60_000
BUILT = build()


def part(packed: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read(name).decode()


def test_it_is_small() -> None:
    assert len(BUILT) < LARGEST


def test_another_process_in_another_zone_and_language_builds_the_same_bytes() -> None:
    code = "import sys; from arc_sync.addin.xlam import build; sys.stdout.buffer.write(build())"
    there = {
        **os.environ,
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": f"{ROOT}:{ROOT}/sync",
    }
    made = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=there).stdout
    assert made == BUILT


def test_olevba_recovers_every_source_letter_by_letter() -> None:
    found = sources("ARC.xlam", BUILT)
    for module in modules():
        name = next(name for name in found if name.startswith(f"{module.name}."))
        assert found.pop(name) == "".join(f"{line}\n" for line in module.source.splitlines())
    assert found == {}


#: Words that olevba marks in any macro that keeps a file; the rest it suspects is not there.
OF_FILES = {"Open", "Output", "Print #", "Binary", "write", "Kill", "Environ"}
OF_TEXTS = {"ChrW", "Hex Strings", "Base64 Strings", "Windows", "Call"}


def test_olevba_finds_files_and_texts_and_nothing_else_to_suspect() -> None:
    assert suspicious("ARC.xlam", BUILT) <= OF_FILES | OF_TEXTS


@pytest.mark.parametrize(
    "word", ["Shell", "Declare", "CreateObject", "GetObject", "Lib ", "http", "MacScript", "SendKeys"]
)
def test_the_macros_start_no_program_call_no_library_and_reach_no_network(word: str) -> None:
    for module in modules():
        assert not re.search(rf"\b{word}", module.source, re.IGNORECASE), module.name


def test_the_one_file_that_is_written_is_written_aside_and_then_renamed() -> None:
    code = "\n".join(module.source for module in modules())
    assert re.findall(r"Open (.+) For Output", code) == ['stem & ".tmp"']
    assert re.findall(r"^\s+Name (.+)$", code, re.MULTILINE) == ['stem & ".tmp" As stem & ".json"']
    assert re.findall(r"Open .+ For (?!Output)(\w+.*) As", code) == ["Binary Access Read"]


def test_macros_are_ascii_and_every_name_must_be_declared() -> None:
    for module in modules():
        assert module.source.isascii(), module.name
        assert module.source.startswith(f'Attribute VB_Name = "{module.name}"\n')
        if module.name not in {"ThisWorkbook", "ArcSheet1"}:
            assert "\nOption Explicit\n" in module.source, module.name


def test_lines_are_short_enough_for_vba_and_names_do_not_end_like_a_continued_line() -> None:
    for module in modules():
        for line in module.source.splitlines():
            assert len(line) <= 1023, line
            assert not re.search(r"\w_$", line), line


def test_parts_and_their_types_belong_together() -> None:
    with zipfile.ZipFile(io.BytesIO(BUILT)) as archive:
        names = archive.namelist()
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None
    assert names[0] == "[Content_Types].xml"
    for name in names:
        if name.endswith((".xml", ".rels")):
            ET.fromstring(part(BUILT, name))
    told = re.findall(r'PartName="/([^"]+)"', part(BUILT, "[Content_Types].xml"))
    targets = re.findall(r'Target="([^"]+)"', part(BUILT, "_rels/.rels"))
    targets += [f"xl/{t}" for t in re.findall(r'Target="([^"]+)"', part(BUILT, "xl/_rels/workbook.xml.rels"))]
    assert {*told, *targets} <= set(names)
    assert OF_ADDIN in part(BUILT, "[Content_Types].xml")


def test_it_says_its_version_to_people_and_to_arc() -> None:
    assert version_of(BUILT) == __version__
    assert f'ArcVersion As String = "{__version__}"' in sources("ARC.xlam", BUILT)[f"{VERSION_MODULE}.bas"]
    assert version_of(b"no package") == ""
    assert version_of(build("9.8.7rc1")) == "9.8.7rc1"


def test_a_version_that_would_be_code_is_refused() -> None:
    with pytest.raises(ValueError, match="is no version"):
        build('1"\nSub x')


def test_the_rehearsal_is_a_workbook_of_the_same_macros_but_for_one() -> None:
    packed = rehearsal.build()
    assert OF_WORKBOOK in part(packed, "[Content_Types].xml")
    ours, theirs = sources("ARC.xlam", BUILT), sources("rehearsal.xlsm", packed)
    assert {name for name in ours if theirs.get(name) != ours[name]} == {"ArcExcel.bas"}
    assert theirs.keys() - ours.keys() == {"ArcButton.cls", "ArcRehearsal.bas"}
