"""The README speaks of what is there."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

from arc_sheets.wording import ITEM_NAMES, NAMES
from arc_sync.cli import mail, remind
from arc_sync.cli.app import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> set[str]:
    return set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group of commands


def test_every_command_is_in_the_readme_and_every_one_there_exists() -> None:
    assert set(re.findall(r"\barc ([a-z]+)\b", README)) == commands()


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)
    assert named
    assert set(named) <= targets


def test_the_map_names_folders_and_files_that_are_there() -> None:
    block = README.split("## The map of the house")[1].split("```")[1]
    folder, missing = ROOT, []
    for line in block.strip().splitlines():
        names = re.match(r"\s*((?:[\w/.*]+(?:, )?)+)", line)
        assert names, line
        if not line.startswith(" "):
            folder = ROOT / names[1]
        for name in names[1].split(", ") if line.startswith(" ") else [""]:
            missing += [] if (folder / name).exists() else [f"{folder.name}/{name}"]
    assert not missing


def test_the_readme_lists_every_name_that_a_template_may_use() -> None:
    rows = dict(re.findall(r"^\| `\{\{ ([\w.]+) \}\}` \| (.+) \|$", README, re.MULTILINE))
    items = {f"item.{name}": f"{meaning}, within such a loop" for name, meaning in ITEM_NAMES.items()}
    assert rows == NAMES | items


def test_every_command_of_two_words_is_in_the_readme() -> None:
    for group, words in (("remind", remind.COMMANDS), ("mail", mail.COMMANDS)):
        told = " ".join(line for line in README.splitlines() if f"arc {group}" in line)
        assert [word for word in words if not re.search(rf"\b{word}\b", told)] == []


def test_every_picture_is_there() -> None:
    assert [p for p in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README) if not (ROOT / p).is_file()] == []


def test_the_readme_lists_all_ten_promises() -> None:
    assert re.findall(r"^(\d+)\. \*\*", README, re.MULTILINE) == [str(n) for n in range(1, 11)]
