"""The ribbon and the macros behind it say the same: every callback is there, every button does something."""

from __future__ import annotations

import re

import pytest
import xmlschema

from arc_sync.addin import rehearsal
from arc_sync.addin.xlam import modules, ribbon, source
from arc_sync.agent.inbox.envelope import KNOWN, PROTOCOL
from tests.addin_ribbon import CALLBACKS, ICONS, SCHEMA, elements, faults, local

RIBBON = ribbon()
SCHEMA_READ = xmlschema.XMLSchema(SCHEMA) if SCHEMA.exists() else None
SOURCES = {module.name: module.source for module in modules()}
GROUPS = {
    "Customer": ["Open account", "Call", "Log call", "Log text", "Compose", "Send"],
    "Money": ["Record payment", "Promise", "Dispute"],
    "Reminders": ["Plan", "Approve selected", "Skip selected"],
    "Refresh": ["Aging", "KPIs", "Sync now"],
    "ARC": ["Issues", "Status", "Help"],
}


def against_the_schema(xml: str) -> list[str]:
    """Return what Microsoft's schema says against a ribbon; nothing where it is not at hand."""
    return [str(error) for error in SCHEMA_READ.iter_errors(xml)] if SCHEMA_READ else []


def procedures(module: str) -> dict[str, str]:
    """Return the public Subs of a module with their parameters."""
    return dict(re.findall(r"^Public Sub (\w+)\((.*)\)$", SOURCES[module], re.MULTILINE))


def test_it_is_a_ribbon_by_the_rules() -> None:
    assert faults(RIBBON) == []


def test_it_is_valid_by_microsofts_schema_where_that_is_at_hand() -> None:
    assert against_the_schema(RIBBON) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('imageMso="Call"', 'imageMSO="Call"'),
        ('size="large"', 'size="big"'),
        ("<group ", "<grp "),
        ("2009/07", "2006/01"),
        ('id="arcLogText"', 'id="arcLogCall"'),
        ('keytip="CA"', 'keytip="CALL"'),
        ('id="arcHelp" ', ""),
    ],
)
def test_our_rules_see_what_the_schema_sees(old: str, new: str) -> None:
    broken = RIBBON.replace(old, new).replace("</group>", "</grp>" if new == "<grp " else "</group>")
    assert broken != RIBBON
    assert faults(broken)
    if SCHEMA_READ and new:  # the schema lets a button do without an id
        assert against_the_schema(broken)


def test_the_groups_and_buttons_stand_in_their_order() -> None:
    found = {
        group.get("label"): [b.get("label") for b in group if local(b) == "button"]
        for group in elements(RIBBON)
        if local(group) == "group"
    }
    assert found == GROUPS


def test_every_callback_is_a_public_sub_with_the_parameters_that_office_passes() -> None:
    called = [(a, text) for element in elements(RIBBON) for a, text in element.items() if a in CALLBACKS]
    assert len(called) == 36
    for attribute, macro in called:
        module, _, name = macro.partition(".")
        assert procedures(module).get(name) == CALLBACKS[attribute], macro


def test_no_macro_is_public_in_two_modules() -> None:
    pattern = r"^Public (?:Sub|Function|Const) (\w+)"
    names = [n for text in SOURCES.values() for n in re.findall(pattern, text, re.MULTILINE)]
    assert sorted(names) == sorted(set(names))


def test_every_button_has_its_case_and_every_case_its_button() -> None:
    told = SOURCES["ArcCommands"]
    cases = re.findall(r'Case "(arc\w+)"|id = "(arc\w+)"', told)
    assert sorted(a or b for a, b in cases) == sorted(button.id for button in rehearsal.buttons())


def test_every_action_is_one_that_the_agent_knows() -> None:
    told = SOURCES["ArcCommands"]
    asked = set(re.findall(r'(?:ArcAsk|ArcLog|ArcDecide) "(\w+)"', told))
    assert asked <= KNOWN
    assert {"log_call", "form", "approve_reminders", "sync_now"} <= asked


def test_add_in_and_agent_speak_the_same_protocol() -> None:
    (told,) = re.findall(r"^Public Const ArcProtocol As Long = (\d+)$", SOURCES["ArcAgent"], re.MULTILINE)
    assert int(told) == PROTOCOL


def test_the_looking_calls_a_macro_that_is_there() -> None:
    (macro,) = re.findall(
        r'^Private Const Again As String = "(\w+\.\w+)"$', SOURCES["ArcAnswers"], re.MULTILINE
    )
    module, name = macro.split(".")
    assert procedures(module)[name] == ""


def test_key_tips_are_given_to_every_button_and_none_begins_another() -> None:
    tips = [b.get("keytip", "") for b in elements(RIBBON) if local(b) == "button"]
    assert all(tips)
    assert not [(a, b) for i, a in enumerate(tips) for j, b in enumerate(tips) if i != j and b.startswith(a)]


def test_every_button_explains_itself_and_bears_an_icon_that_exists() -> None:
    for button in elements(RIBBON):
        if local(button) == "button":
            assert button.get("screentip"), button.get("id")
            assert str(button.get("supertip")).endswith("."), button.get("id")
            assert button.get("imageMso") in ICONS, button.get("id")


def test_a_button_that_needs_something_selected_is_greyed_by_it() -> None:
    for button in elements(RIBBON):
        if local(button) == "button":
            assert bool(button.get("tag")) == bool(button.get("getEnabled")), button.get("id")
            assert button.get("tag", "") in {"", "book", "customer", "reminders"}


def test_the_rehearsal_stands_in_for_all_that_asks_and_tells() -> None:
    ours, double = (
        (source() / path).read_text("utf-8") for path in ("ArcExcel.bas", "rehearsal/ArcExcel.bas")
    )
    pattern = r"^Public (?:Sub|Function) (.*)$"
    assert set(re.findall(pattern, ours, re.MULTILINE)) <= set(re.findall(pattern, double, re.MULTILINE))


def test_only_one_module_asks_or_tells() -> None:
    for name, text in SOURCES.items():
        code = re.sub(r"(?m)^\s*'.*$", "", text)
        asks = re.search(r"\b(MsgBox|InputBox|StatusBar|OnTime|FollowHyperlink)\b", code)
        assert bool(asks) == (name == "ArcExcel"), name
