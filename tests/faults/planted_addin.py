"""Faults to be planted in the Excel add-in, one at a time: in what writes ARC.xlam, in the ribbon, in the VBA.

Those of the VBA are found by LibreOffice, which runs it.
"""

from __future__ import annotations

from typing import Final

from tests.faults.planted import Edit, Fault

_WRITER, _EXCEL = "sync/arc_sync/addin", "addin/excel"
COMPRESSION, COMPOUND = f"{_WRITER}/compression.py", f"{_WRITER}/compound.py"
PROJECT, INSTALL = f"{_WRITER}/project.py", f"{_WRITER}/install.py"
RIBBON, COMMANDS = f"{_EXCEL}/customUI14.xml", f"{_EXCEL}/ArcCommands.bas"
AGENT, SPOOL = f"{_EXCEL}/ArcAgent.bas", f"{_EXCEL}/ArcSpool.bas"
TEXT, JSON, ANSWERS = f"{_EXCEL}/ArcText.bas", f"{_EXCEL}/ArcJson.bas", f"{_EXCEL}/ArcAnswers.bas"
CONTEXT, FORM, SHELL = f"{_EXCEL}/ArcContext.bas", f"{_EXCEL}/ArcForm.bas", f"{_EXCEL}/ArcExcel.bas"

_PRESS = "test_addin_press::test_"


def _one(name: str, what: str, by: str, path: str, old: str, new: str) -> Fault:
    return Fault(name, what, (Edit(path, old, new),), (by,))


FAULTS: Final = (
    # -- the writer --------------------------------------------------------------------------------------------
    _one(
        "X1",
        "a reference has a bit too many for the way back",
        "test_addin_compression",
        COMPRESSION,
        "max((at - 1).bit_length(), 4)",
        "max(at.bit_length(), 4)",
    ),
    _one(
        "X2",
        "a chunk grows beyond what its header can say",
        "test_addin_compression",
        COMPRESSION,
        "if len(packed) < _CHUNK:",
        "if len(packed) < 2 * _CHUNK:",
    ),
    _one(
        "X3",
        "every entry of the directory is black",
        "test_addin_compound",
        COMPOUND,
        "entry.black = full or depth < last",
        "entry.black = True",
    ),
    _one(
        "X4",
        "entries are ordered by their names alone",
        "test_addin_compound",
        COMPOUND,
        'return len(name.encode("utf-16-le")), name',
        "return 0, name",
    ),
    _one(
        "X5",
        "a stream of just 4,096 bytes is put among the small ones",
        "test_addin_compound",
        COMPOUND,
        "if len(value) >= CUTOFF",
        "if len(value) > CUTOFF",
    ),
    _one(
        "X6",
        "the allocation table has no room for itself",
        "test_addin_compound",
        COMPOUND,
        "while (sectors + many) > many",
        "while sectors > many",
    ),
    _one(
        "X7",
        "the protection is encrypted with its bytes in the wrong order",
        "test_addin_project",
        PROJECT,
        "plain, before, last = byte, last, one",
        "plain, before, last = byte, one, last",
    ),
    _one(
        "X8",
        "a class is written as a standard module",
        "test_addin_project",
        PROJECT,
        "0x21 if module.kind is Kind.STANDARD else 0x22",
        "0x21",
    ),
    _one(
        "X9",
        "the add-in replaces the old one piece by piece",
        "test_addin_install",
        INSTALL,
        "beside.replace(path)",
        "path.write_bytes(content)",
    ),
    # -- the ribbon --------------------------------------------------------------------------------------------
    _one(
        "X10",
        "an icon that Office does not have",
        "test_addin_ribbon",
        RIBBON,
        'imageMso="AutoDial"',
        'imageMso="AutoDialer"',
    ),
    _one("X11", "a key tip that begins others", "test_addin_ribbon", RIBBON, 'keytip="CA"', 'keytip="C"'),
    _one(
        "X12",
        "an action that the agent does not know",
        "test_addin_ribbon",
        COMMANDS,
        '"refresh_kpis"',
        '"refresh_kpi"',
    ),
    _one(
        "X13",
        "another protocol than the agent's",
        "test_addin_ribbon",
        AGENT,
        "ArcProtocol As Long = 1",
        "ArcProtocol As Long = 2",
    ),
    # -- the macros --------------------------------------------------------------------------------------------
    _one(
        "X14",
        "a line that is no VBA",
        f"{_PRESS}the_add_in_itself_is_loaded_and_every_line_of_it_compiles",
        SHELL,
        "MsgBox words, vbInformation",
        "MsgBox words,, vbInformation)",
    ),
    _one(
        "X15",
        "Cancel at the second question of a payment counts as no date",
        f"{_PRESS}cancel_at_any_question_writes_nothing",
        COMMANDS,
        '"Record payment", onDay) Then Exit Sub',
        '"Record payment", onDay) Then onDay = ""',
    ),
    _one(
        "X16",
        "a backslash is not escaped",
        f"{_PRESS}quotes_backslashes_and_emoji_survive",
        JSON,
        'letter = """" Or letter = "\\" Then',
        'letter = """" Then',
    ),
    _one(
        "X17",
        "rows that a filter hides are approved as well",
        f"{_PRESS}reminders_that_a_filter_hides_are_not_meant",
        CONTEXT,
        "If Not ActiveSheet.Rows(row).Hidden Then",
        "If True Then",
    ),
    _one(
        "X18",
        "the wall clock is taken for UTC",
        f"{_PRESS}a_request_says_who_asked_when_from_which_book",
        AGENT,
        "moment = Now - mAhead",
        "moment = Now",
    ),
    _one(
        "X19",
        "an agent that died an hour ago counts as alive",
        f"{_PRESS}with_an_old_sign_of_life_the_request_waits_and_the_user_is_told_how_to_start_the_agent",
        AGENT,
        "OldAfter As Long = 30",
        "OldAfter As Long = 3600",
    ),
    _one(
        "X20",
        "ten clicks on Aging are ten requests",
        f"{_PRESS}ten_clicks_that_mean_the_same_are_one_request_while_it_waits",
        COMMANDS,
        "If ArcRepeats(action) And",
        "If False And",
    ),
    _one(
        "X21",
        "ten calls logged are one request",
        f"{_PRESS}ten_calls_logged_are_ten_requests_with_ten_numbers",
        COMMANDS,
        "If ArcRepeats(action) And",
        "If",
    ),
    _one(
        "X22",
        "letters of three bytes are spoilt",
        f"{_PRESS}what_was_done_stands_in_the_status_bar_and_the_answer_is_taken_away",
        TEXT,
        "code = code And 15",
        "code = code And 7",
    ),
    _one(
        "X23",
        "answers that were shown lie there for ever",
        f"{_PRESS}what_was_done_stands_in_the_status_bar_and_the_answer_is_taken_away",
        SPOOL,
        'If ArcTake <> "" Then Kill path',
        "",
    ),
    _one(
        "X24",
        "a message is sent without asking once more",
        f"{_PRESS}send_asks_once_more_and_then_sends_what_stands_in_the_form",
        COMMANDS,
        'If ArcExcel.ArcConfirmed("Send the "',
        'If True Or ArcExcel.ArcConfirmed("Send the "',
    ),
    _one(
        "X25",
        "Send on a row sends what the form holds for another customer",
        f"{_PRESS}send_from_a_row_never_sends_what_the_form_holds_for_another",
        COMMANDS,
        "If Not ArcContext.ArcOnAccount() Or ArcForm",
        "If ArcForm",
    ),
    _one(
        "X26",
        "a customer's name becomes a formula",
        f"{_PRESS}a_name_that_looks_like_a_formula_or_a_number_is_picked_as_text",
        FORM,
        'If InStr("=+-@0123456789"',
        'If InStr("~"',
    ),
    _one(
        "X27",
        "an agent that never answers is waited for without end",
        f"{_PRESS}an_agent_that_does_not_answer_is_not_waited_for_without_end",
        ANSWERS,
        "    mLooks = mLooks - 1\n",
        "",
    ),
    _one(
        "X28",
        "buttons are enabled on a row that ARC does not know",
        f"{_PRESS}a_new_row_is_to_be_synced_first",
        CONTEXT,
        'known = (ArcRow() <> "" Or ArcTable.ArcIdColumn() = 0)',
        "known = True",
    ),
)
