"""The add-in where Excel loads it: put there, looked at, taken away, and what people are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from arc_sheets import __version__
from arc_sheets.errors import ConfigError
from arc_sync.addin.install import Stand, install, look, uninstall, usual_folder
from arc_sync.addin.xlam import build
from tests.office import arc

STARTUP = "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"


def test_windows_loads_it_from_xlstart() -> None:
    folder = usual_folder({"APPDATA": "/roaming", "HOME": "/home"}, "win32")
    assert folder == Path("/roaming/Microsoft/Excel/XLSTART")
    assert usual_folder({"HOME": "/home"}, "win32") == Path("/home/AppData/Roaming/Microsoft/Excel/XLSTART")


def test_macos_loads_it_from_offices_own_startup_folder() -> None:
    assert usual_folder({"HOME": "/Users/maria"}, "darwin") == Path("/Users/maria") / STARTUP


def test_where_there_is_no_excel_one_is_told_what_to_do() -> None:
    with pytest.raises(ConfigError, match="arc addin build"):
        usual_folder({}, "linux")


def test_it_is_put_there_and_taken_away(tmp_path: Path) -> None:
    folder = tmp_path / "Excel" / "XLSTART"
    assert look(folder).stand is Stand.MISSING
    path = install(folder)
    assert path.read_bytes() == build()
    found = look(folder)
    assert (found.stand, found.version, found.marked) == (Stand.CURRENT, __version__, False)
    assert list(folder.iterdir()) == [path]
    assert uninstall(folder) == path
    assert uninstall(folder) is None


def test_another_version_is_seen_and_replaced(tmp_path: Path) -> None:
    install(tmp_path, build("0.0.1"))
    assert look(tmp_path)[1:3] == (Stand.OTHER, "0.0.1")
    install(tmp_path)
    assert look(tmp_path).stand is Stand.CURRENT


def test_a_file_that_is_no_add_in_is_seen(tmp_path: Path) -> None:
    (tmp_path / "ARC.xlam").write_bytes(b"something else")
    assert look(tmp_path)[1:3] == (Stand.OTHER, "")


def test_a_failure_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, build("0.0.1"))

    def held(*_: object) -> None:
        raise PermissionError(13, "The file is in use")

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(ConfigError, match=r"cannot be written \(The file is in use\)\. Close Excel"):
        install(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["ARC.xlam"]
    assert look(tmp_path).version == "0.0.1"


def test_what_cannot_be_removed_says_to_close_excel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path)

    def held(*_: object) -> None:
        raise PermissionError(13, "The file is in use")

    monkeypatch.setattr(Path, "unlink", held)
    with pytest.raises(ConfigError, match=r"cannot be removed \(The file is in use\)\. Close Excel"):
        uninstall(tmp_path)


# -- the command line ------------------------------------------------------------------------------------------


def test_arc_addin_build_writes_the_file(tmp_path: Path) -> None:
    out = tmp_path / "ARC.xlam"
    assert "is not signed" in arc("addin", "build", "-o", str(out)).stdout
    assert out.read_bytes() == build()
    told = json.loads(arc("addin", "build", "-o", str(out), "--json").stdout)
    assert told == {"file": str(out), "bytes": len(build())}


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    said = arc("addin", "build", "-o", str(tmp_path / "no" / "ARC.xlam"), code=2).output
    assert "cannot be written (No such file or directory); choose another file." in said


def test_arc_addin_installs_tells_and_uninstalls(tmp_path: Path) -> None:
    where = ("--folder", str(tmp_path))
    assert "is not installed" in arc("addin", "status", *where, code=1).stdout
    said = arc("addin", "install", *where).stdout
    assert "start Excel anew" in said
    assert "trusted location" in said
    assert f"version {__version__}" in arc("addin", "status", *where).stdout
    install(tmp_path, build("0.0.1"))
    assert "is not this ARC's" in arc("addin", "status", *where, code=1).stdout
    assert "is removed" in arc("addin", "uninstall", *where).stdout
    assert "There is no ARC tab to remove" in arc("addin", "uninstall", *where).stdout


def test_status_as_json(tmp_path: Path) -> None:
    install(tmp_path)
    told = json.loads(arc("addin", "status", "--folder", str(tmp_path), "--json").stdout)
    assert told == {
        "file": str(tmp_path / "ARC.xlam"),
        "stand": "current",
        "version": __version__,
        "blocked": False,
    }
