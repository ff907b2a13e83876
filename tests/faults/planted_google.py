"""Faults to be planted in the book in Google Sheets, one at a time; the tests that each names must find it.

Captured writes (C), most of them the prototype's of `sheets_emulator/faults.py` in this code's words; the wire (N:
retries, quota, credentials) and the book as such (B). In the words of `planted.py`.
"""

from __future__ import annotations

from typing import Final

from tests.faults.planted import Edit, Fault

_BOOK = "sync/arc_sync/books/google"
_WIRE = "sync/arc_sync/google"
CAPTURED, JUDGING, MASKING, DESK, STATE, SESSION, HIDDEN, BOOK, WRITES, RECORD = (
    f"{_BOOK}/{name}.py"
    for name in (
        "captured",
        "judging",
        "masking",
        "desk",
        "state",
        "session",
        "hidden",
        "book",
        "writes",
        "record",
    )
)
TRANSPORT, QUOTA, PATIENCE, CREDENTIALS, API = (
    f"{_WIRE}/{name}.py" for name in ("transport", "quota", "patience", "credentials", "api")
)
_JUDGED = ("test_google_judging",)
_NAMED = (*_JUDGED, "test_google_captured")
_SOAK = (*_JUDGED, "test_google_soak")
_WIRED = ("test_google_transport",)
_REQUESTS = (
    "return [*self._step(), *self._room(), *self._clear(), *self._tell(), *self._copies(), *self._writes()]"
)


def _one(name: str, what: str, path: str, old: str, new: str, by: tuple[str, ...] = _NAMED) -> Fault:
    return Fault(name, what, (Edit(path, old, new),), by)


FAULTS: Final = (
    # -- captured writes ---------------------------------------------------------------------------------
    _one("C1", "whatever was there, it counts as what was read (nocompare)", JUDGING,
         "return expected(self._copies.row(aim.sheet, aim.row), aim.checked, places) == aim.expect", "return True"),
    _one("C2", "columns that moved are not noticed (nohdr)", JUDGING,
         "if names is None or any(\n", "if names is not None and False and any(\n"),
    _one("C3", "a row is known by its id without its stamp (idonly)", JUDGING,
         "for name in (ID, STAMP) if name in places", "for name in (ID,) if name in places", _SOAK),
    _one("C4", "hits are forgotten (nohits)", JUDGING, "judged.hits = [*self._left(), *new]", "judged.hits = []"),
    _one("C5", "earlier hits are forgotten with the next batch", JUDGING,
         "judged.hits = [*self._left(), *new]", "judged.hits = new", _SOAK),
    _one("C6", "hits are not found by the stamps that the row gets later (nofollow)", JUDGING,
         "self._followed.setdefault(hit.id, []).append(aim.mark)", "pass", _SOAK),
    _one("C7", "a stamp in the wrong column is left there", JUDGING,
         "its_stamp = cell.name == STAMP and wrote == mine", "its_stamp = cell.name == STAMP", _SOAK),
    _one("C8", "rows are not found by their stamps (nostamp)", JUDGING,
         '((*_left_on(aim, cells), aim.mark), _given(aim)) if names is not None else ((), "")', '((), "")', _SOAK),
    _one("C9", "what ARC wrote by mistake reaches the merge (noobserve)", MASKING,
         "            view.put(row, column, held)\n", ""),
    _one("C10", "the oldest hit is undone first (echo)", MASKING, "for hit in reversed(hits):", "for hit in hits:", _SOAK),
    _one("C11", "a row that ARC added anew stands for the one that was deleted", MASKING,
         "    elif not sure:", "    elif sure is None:", _SOAK),
    _one("C12", "the rows are copied after they were written (late)", CAPTURED, _REQUESTS,
         "return [*self._step(), *self._room(), *self._clear(), *self._tell(), *self._writes(), *self._copies()]"),
    _one("C13", "batches leave no record (forget)", CAPTURED, _REQUESTS,
         "return [*self._step(), *self._room(), *self._clear(), *self._copies(), *self._writes()]"),
    _one("C14", "batches do not take turns (noguard)", CAPTURED, _REQUESTS,
         "return [*self._room(), *self._clear(), *self._tell(), *self._copies(), *self._writes()]"),
    _one("C15", "a late batch takes a turn of its own (nofence)", CAPTURED,
         """        if self.before:
            yield {"deleteNamedRange": {"namedRangeId": self.before}}
""", """        if self.before and False:
            yield {"deleteNamedRange": {"namedRangeId": self.before}}
"""),
    _one("C16", "the place of a formula that is to go home is used again (reuse)", CAPTURED,
         "held = [c.source[0] + 1 for hit in record.hits for c in hit.cells if c.source]", "held = []"),
    _one("C17", "a lost answer counts as a write (assume)", DESK,
         "                now = self.look()\n", "                return Judged()\n"),
    _one("C18", "a lost answer is not looked for, but sent again (retry)", DESK,
         "                    return now.judged  # it was applied", "                    return None  # it was applied"),
    _one("C19", "the bookmark counts as moved though a write hit something else", STATE,
         "if not self.judged.held:", "if False:"),
    _one("C20", "cells only looked at are not looked at", WRITES,
         "self._row(layout, at).checked.add(layout.places[step.column])", "pass"),
    _one("C21", "what stands nowhere any more is not told", SESSION,
         "for sheet, cell, text in self._state.lost:", "for sheet, cell, text in ():"),
    _one("C22", "nothing is put back", SESSION, "            self._send(self._writes())\n", "            return\n"),
    _one("C23", "a portion of a plan moves the bookmark", SESSION,
         "            before.record.hits = judged.hits\n", "            return True\n"),
    _one("C24", "a hit is put down to another row (wrongrow)", JUDGING,
         "key = _key(cells, names)", "key = _key(self._copies.row(aim.sheet, aim.row + 1), names)"),
    _one("C25", "rows are added before rows are written, which may then go astray into them", CAPTURED,
         """        yield from _blocks(self.rows)
        for added in self.added:  # last: a write that a deletion sends below the rows must not meet them
            yield from added.requests
""", """        for added in self.added:
            yield from added.requests
        yield from _blocks(self.rows)
"""),
    _one("C26", "which of several blank columns was blanked is guessed", MASKING,
         "(holding if cell.wrote != BLANK else ())", "holding"),
    _one("C27", "of columns without header, the first one counts", MASKING,
         "if beside(names, c) == cell.near]", "]"),
    _one("C28", "a formula is copied home though its columns have moved", MASKING,
         "or [*cell.names] == [*table(names)]:", "or True:"),
    _one("C29", "a formula is told as it refers from its copy", JUDGING,
         "Formula(shift(cell.text, row - (at or 0), -LEFT))", "cell"),
    _one("C30", "what was put right is known by its column's name alone", JUDGING,
         "if c.key not in healed", "if c.name not in healed"),
    _one("C31", "a column that has its name again is not looked into", MASKING,
         "return exactly or [*renamed, *strange, len(names)]", "return exactly or [*strange, len(names)]"),
    _one("C32", "what ARC covered on a row that was deleted meanwhile is not told", MASKING,
         "for cell in () if hit.told else hit.cells:", "for cell in ():", _JUDGED),
    _one("C33", "what was told of a deleted row is told in every round", MASKING,
         "    return hit._replace(told=True)\n", "    return hit\n", _JUDGED),
    _one("C34", "a row with a stamp of another write is found by its id", RECORD,
         "return bool(i) and i in cells and not any(map(is_stamp, cells))", "return bool(i) and i in cells", _JUDGED),
    _one("C35", "stamps that were left on a row do not find it", JUDGING,
         "(*_left_on(aim, cells), aim.mark)", "(aim.mark,)", _JUDGED),
    _one("C36", "a row is found by any of its stamps", MASKING,
         "return max(found, key=lambda at: at[0])[1] if found else None", "return found[0][1] if found else None", _JUDGED),
    _one("C37", "a new row whose stamp was typed over is not found", MASKING, "(alone or len(wrote) > 1) and all(stands)", "False", _JUDGED),
    _one("C38", "a new row is taken for one that was hit and is gone", MASKING, "if hit.told or hit.key", "if hit.key", _JUDGED),
    _one("C39", "a hit whose stamp was typed over does not follow its row", JUDGING,
         "by_id = hit.gave(cells) or hit.had(cells)", "by_id = hit.gave(cells)", _JUDGED),
    _one("C40", "nor does one whose row has no id", JUDGING, " or alike:", ":", _JUDGED),
    _one("C41", "a single value tells a new row anywhere", MASKING, "alone = there and ", "alone = ", _JUDGED),
    _one("C42", "nor need it be alone there", MASKING, "sum(cell is not None for cell in cells) == 1", "1", _JUDGED),
    _one("C43", "a single value does not tell the row that a batch is to put right", JUDGING,
         "there=hit.id in meant", "there=False", _JUDGED),
    # -- the wire ----------------------------------------------------------------------------------------
    _one("N1", "writes are repeated like reads", TRANSPORT,
         "safe = again or isinstance(failed, Rejected)", "safe = True", _WIRED),
    _one("N2", "tries have no end", PATIENCE, "n + 1 >= self.tries or ", "", _WIRED),
    _one("N3", "the pause that Google asks for is not kept", PATIENCE, "pause = max(asked, ", "pause = max(0, ", _WIRED),
    _one("N4", "the quota lets everything through", QUOTA, "            self.sleep(wait)\n", "            pass\n", _WIRED),
    _one("N5", "a key that others can read is used", CREDENTIALS, "& 0o077", "& 0o000", ("test_google_credentials",)),
    _one("N6", "more is asked for than ARC's own files", CREDENTIALS,
         'FILE: Final = f"{_API}/drive.file"', 'FILE: Final = f"{_API}/drive"', ("test_google_credentials",)),
    # -- the book ----------------------------------------------------------------------------------------
    _one("B1", "a copy is taken for the book", HIDDEN,
         "if values.get(SPREADSHEET, spreadsheet) != spreadsheet:", "if False:", ("test_google_credentials",)),
    _one("B2", "a book in the bin is worked on", BOOK, "if seen.trashed:", "if False:", ("test_google_credentials",)),
    _one("B3", "an unchanged book is never read again", BOOK,
         " {int(self._clock() // AT_LEAST)}", "", ("test_google_session",)),
)  # fmt: skip
