"""What every ledger promises, as tests: each implementation's test file runs this class against its own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from arc_sheets.cells import Row
from arc_sheets.errors import Fenced, LedgerBusy, LedgerError
from arc_sheets.tab import Tab
from arc_sheets.tabs import ACTIVITY, CUSTOMERS, INVOICES, PAYMENTS, RECORD_TABS
from arc_sync.ledger.port import Ledger, View
from arc_sync.merge.history import DERIVED, ISSUES, ROOT, At, Bookmark, Origin, chain, pack_row, undone
from arc_sync.merge.issues import Issue, IssueKey, IssueKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = IssueKey("book", "invoices", "i1", "amount")
CONFLICT = Issue(IssueKind.CONFLICT, NOON, base=100, mine=200, theirs=300, why="Both changed it.")


def origin(
    what: str = "A test", *, who: str = "Zoë", source: str = "action", when: datetime = NOON
) -> Origin:
    return Origin(who, source, what, when)


def row(tab: Tab, **values: Any) -> Row:
    """A row of a tab with these values; all others are blank."""
    assert values.keys() <= {c.name for c in tab.stored}
    return tuple(values.get(c.name) for c in tab.stored)


def invoice(number: str | None = "INV-1", **values: Any) -> Row:
    usual = {"number": number, "customer": "Müller", "currency": "EUR", "amount": 1250_00}
    return row(INVOICES, **{**usual, **values})


def put(ledger: Ledger, tab: Tab, rows: Mapping[str, Row | None], **how: Any) -> Bookmark:
    """One change set that puts these rows; its bookmark."""
    with ledger.change(origin(**how)) as change:
        for i, value in rows.items():
            change.put(tab, i, value)
    return change.head()


@dataclass(frozen=True)
class Everything:
    """All that a ledger says of rows and issues."""

    head: Bookmark
    rows: dict[str, dict[str, Row]]
    issues: dict[IssueKey, Issue]


def everything(view: View) -> Everything:
    rows = {t.name: dict(view.rows(t)) for t in RECORD_TABS}
    return Everything(view.head(), rows, dict(view.issues()))


def now(ledger: Ledger) -> Everything:
    with ledger.read() as view:
        return everything(view)


def as_of(view: View, n: int) -> tuple[dict[str, dict[str, Row]], dict[IssueKey, Issue]]:
    """Rows and issues at change n, by undoing what came later."""
    rows, issues = everything(view).rows, dict(view.issues())
    for (tab, place), before in undone(view.changes(n)).items():
        there: dict[Any, Any] = issues if tab == ISSUES else rows[tab]
        key = IssueKey(*place.split("/")) if tab == ISSUES else place
        there.pop(key, None)
        if before is not None:
            there[key] = before
    return rows, issues


class LedgerContract:
    """A subclass gives the fixtures `ledger`, a new one, and `hasty`, one that waits for no lock for long."""

    # ---- rows -----------------------------------------------------------------------------------
    def test_a_new_ledger_is_empty(self, ledger: Ledger) -> None:
        assert now(ledger).head == ROOT
        assert not any(now(ledger).rows.values())
        assert (list(ledger.sets()), list(ledger.books()), list(ledger.verify())) == ([], [], [])
        assert len(ledger.id) == 36

    def test_what_is_put_is_there(self, ledger: Ledger) -> None:
        put(ledger, INVOICES, {"i1": invoice()})
        with ledger.read() as view:
            assert view.rows(INVOICES) == {"i1": invoice()}
            assert (view.row(INVOICES, "i1"), view.row(INVOICES, "i2")) == (invoice(), None)
            assert view.rows(PAYMENTS) == {}

    @pytest.mark.parametrize(
        ("tab", "values"),
        [
            (
                CUSTOMERS,
                {"name": "O'Brien & Söhne \U0001f9fe \U00020bb7", "notes": 'a "quote"\nand\ttab \\u0000'},
            ),
            (CUSTOMERS, {"name": "Zoe\u0301", "notes": "=HYPERLINK(1)"}),
            (CUSTOMERS, {"name": "a'; drop table customers; --", "terms": 999_999_999}),
            (INVOICES, {"number": "1", "issued": date.min, "due": date.max, "amount": 10**15 - 1}),
            (INVOICES, {"number": "2", "issued": date(1900, 2, 28), "amount": -(10**15 - 1)}),
            (ACTIVITY, {"when": datetime(1, 1, 1, 0, 0, 1), "next_on": date(2024, 2, 29)}),  # noqa: DTZ001
            (ACTIVITY, {"when": datetime(9999, 12, 31, 23, 59, 59), "outcome": "x" * 32_000}),  # noqa: DTZ001
            (PAYMENTS, {}),
        ],
    )
    def test_values_come_back_as_they_were(self, ledger: Ledger, tab: Tab, values: dict[str, Any]) -> None:
        value = row(tab, **values)
        put(ledger, tab, {"x": value})
        with ledger.read() as view:
            assert view.row(tab, "x") == view.rows(tab)["x"] == view.changes(0)[0].after == value
            assert [type(v) for v in view.rows(tab)["x"]] == [type(v) for v in value]
        assert list(ledger.verify()) == []

    @pytest.mark.parametrize("text", ["a\0b", "\ud83e", "\\\0"])
    def test_a_text_no_ledger_can_keep_is_refused(self, ledger: Ledger, text: str) -> None:
        with pytest.raises(LedgerError, match="character"):
            put(ledger, INVOICES, {"i1": invoice(notes=text)})
        assert now(ledger).head == ROOT

    @pytest.mark.parametrize("text", ["a\0b", "\ud83e"])
    def test_a_book_no_ledger_can_keep_is_refused(self, ledger: Ledger, text: str) -> None:
        for book, where in ((text, "a.xlsx"), ("book", text)):
            with pytest.raises(LedgerError, match="character"):
                ledger.add_book(book, where)
        assert list(ledger.books()) == []

    def test_replaced_and_deleted(self, ledger: Ledger) -> None:
        put(ledger, INVOICES, {"i1": invoice(), "i2": invoice("INV-2")})
        put(ledger, INVOICES, {"i1": invoice(amount=5), "i2": None})
        assert now(ledger).rows["invoices"] == {"i1": invoice(amount=5)}

    def test_several_puts_of_one_row_are_several_changes(self, ledger: Ledger) -> None:
        with ledger.change(origin()) as change:
            for amount in (1, 2, 1):
                change.put(INVOICES, "i1", invoice(amount=amount))
            change.put(INVOICES, "i1", None)
            change.put(INVOICES, "i1", invoice(amount=7))
        with ledger.read() as view:
            steps = [(c.before and c.before[5], c.after and c.after[5]) for c in view.changes(0)]  # type: ignore[index]
            assert steps == [(None, 1), (1, 2), (2, 1), (1, None), (None, 7)]
            assert view.rows(INVOICES) == {"i1": invoice(amount=7)}
        assert list(ledger.verify()) == []

    def test_the_same_value_is_no_change(self, ledger: Ledger) -> None:
        head = put(ledger, INVOICES, {"i1": invoice()})
        assert put(ledger, INVOICES, {"i1": invoice(), "i2": None}) == head
        assert len(list(ledger.sets())) == 1

    def test_many_rows_at_once(self, ledger: Ledger) -> None:
        rows: dict[str, Row | None] = {f"i{n}": invoice(f"INV-{n}", amount=n) for n in range(2_500)}
        put(ledger, INVOICES, rows)
        assert now(ledger).rows["invoices"] == rows
        gone = dict.fromkeys(list(rows)[::2])
        changed = {i: invoice(f"INV-{i}", amount=0) for i in list(rows)[1::4]}
        put(ledger, INVOICES, {**gone, **changed})
        assert now(ledger).rows["invoices"] == {i: v for i, v in {**rows, **gone, **changed}.items() if v}
        with ledger.read() as view:
            assert view.buried(INVOICES, [*rows, "never"]) == set(gone)
        assert list(ledger.verify()) == []

    # ---- natural keys ---------------------------------------------------------------------------
    def test_two_rows_may_swap_their_numbers(self, ledger: Ledger) -> None:
        put(ledger, INVOICES, {"i1": invoice("A"), "i2": invoice("B"), "i3": invoice("C")})
        put(ledger, INVOICES, {"i1": invoice("B"), "i2": invoice("C"), "i3": invoice("A")})
        assert [r[0] for _, r in sorted(now(ledger).rows["invoices"].items())] == ["B", "C", "A"]

    def test_a_number_freed_in_the_same_set_may_be_taken(self, ledger: Ledger) -> None:
        put(ledger, INVOICES, {"i1": invoice("A")})
        put(ledger, INVOICES, {"i2": invoice("A"), "i1": None})
        assert now(ledger).rows["invoices"] == {"i2": invoice("A")}

    def test_a_number_twice_is_refused_and_nothing_kept(self, ledger: Ledger) -> None:
        head = put(ledger, INVOICES, {"i1": invoice("A")})
        for rows in ({"i2": invoice("A")}, {"i2": invoice("B"), "i3": invoice("B")}):
            with pytest.raises(LedgerError, match=r"Two rows of Invoices would have the number [AB];"):
                put(ledger, INVOICES, rows)
        assert now(ledger) == Everything(head, {**now(ledger).rows, "invoices": {"i1": invoice("A")}}, {})

    def test_a_number_put_again_beside_its_row_is_refused(self, ledger: Ledger) -> None:
        put(ledger, INVOICES, {"i1": invoice("A")})
        with pytest.raises(LedgerError, match="number A"):
            put(ledger, INVOICES, {"i1": invoice("A", notes="touched"), "i2": invoice("A")})

    def test_rows_without_a_number_do_not_collide(self, ledger: Ledger) -> None:
        put(ledger, INVOICES, {"i1": invoice(None), "i2": invoice(None)})
        assert len(now(ledger).rows["invoices"]) == 2

    # ---- one door: all or nothing, one moment ---------------------------------------------------
    def test_a_crash_inside_the_block_keeps_nothing(self, ledger: Ledger) -> None:
        ledger.add_book("book", "a.xlsx")
        put(ledger, INVOICES, {"i1": invoice()})
        before = now(ledger)

        def crash() -> None:
            with ledger.change(origin()) as change:
                change.put(INVOICES, "i1", None)
                change.put_issue(KEY, CONFLICT)
                change.set_at("book", At(1))
                change.pend("book")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            crash()
        assert now(ledger) == before
        assert [b.at for b in ledger.books()] == [At()]
        assert put(ledger, INVOICES, {"i1": None}).n == 2

    def test_a_change_sees_its_own_writes(self, ledger: Ledger) -> None:
        ledger.add_book("book", "a.xlsx")
        head = put(ledger, INVOICES, {"i1": invoice(), "i2": invoice("INV-2")})
        with ledger.change(origin()) as change:
            change.put(INVOICES, "i1", None)
            change.put(INVOICES, "i3", invoice("INV-3"))
            change.put_issue(KEY, CONFLICT)
            change.set_at("book", At(2))
            assert change.rows(INVOICES) == {"i2": invoice("INV-2"), "i3": invoice("INV-3")}
            assert (change.row(INVOICES, "i1"), change.row(INVOICES, "i3")) == (None, invoice("INV-3"))
            assert change.buried(INVOICES, ["i1", "i2", "i3"]) == {"i1"}
            assert change.issues() == change.issues("book") == {KEY: CONFLICT}
            assert change.issues("other") == {}
            known = change.book("book")
            assert known is not None
            assert known.at == At(2)
            assert (change.head(), len(change.changes(0))) == (head, 2)
        assert change.head().n == 5

    def test_rows_handed_out_stay_as_they_are(self, ledger: Ledger) -> None:
        put(ledger, INVOICES, {"i1": invoice()})
        with ledger.change(origin()) as change:
            first = change.rows(INVOICES)
            change.put(INVOICES, "i2", invoice("INV-2"))
            second = change.rows(INVOICES)
            change.put(INVOICES, "i1", None)
            assert (set(first), set(second), set(change.rows(INVOICES))) == ({"i1"}, {"i1", "i2"}, {"i2"})
        assert set(first) == {"i1"}

    def test_a_view_stays_at_its_moment(self, ledger: Ledger) -> None:
        head = put(ledger, INVOICES, {"i1": invoice()})
        with ledger.read() as view:
            assert view.head() == head
            put(ledger, INVOICES, {"i1": None, "i2": invoice("INV-2")})
            with ledger.change(origin()) as change:
                change.put_issue(KEY, CONFLICT)
            assert now(ledger).rows["invoices"] == {"i2": invoice("INV-2")}
            assert (view.head(), view.rows(INVOICES)) == (head, {"i1": invoice()})
            assert (len(view.changes(0)), len(view.changes(0, 99)), view.issues()) == (1, 1, {})
            assert view.buried(INVOICES, ["i1", "i2"]) == set()

    def test_two_threads_never_lose_a_change(self, ledger: Ledger) -> None:
        put(ledger, INVOICES, {"i1": invoice(amount=0)})

        def add() -> None:
            for _ in range(10):
                with ledger.change(origin()) as change:
                    was = change.rows(INVOICES)["i1"]
                    change.put(INVOICES, "i1", invoice(amount=was[5] + 1))  # type: ignore[operator]

        threads = [threading.Thread(target=add) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert now(ledger).rows["invoices"] == {"i1": invoice(amount=30)}
        assert list(ledger.verify()) == []

    def test_a_second_change_waits_and_then_gives_up(self, hasty: Ledger) -> None:
        with hasty.change(origin()), pytest.raises(LedgerBusy), hasty.change(origin()):
            pass  # pragma: no cover

    # ---- history --------------------------------------------------------------------------------
    def test_histories_are_those_of_each_row_and_of_no_other(self, ledger: Ledger) -> None:
        for notes in ("first", "second"):
            with ledger.change(origin(notes)) as change:
                for i in ("i1", "i2", "i3"):
                    change.put(INVOICES, i, invoice(f"INV-{i}", notes=notes))
                change.put(CUSTOMERS, "i1", row(CUSTOMERS, name="Müller", notes=notes))
        with ledger.read() as view:
            found = view.histories(INVOICES, {"i1", "i3", "never"})
            assert set(found) == {"i1", "i3"}
            assert all(list(found[i]) == list(view.history(INVOICES, i)) for i in found)
            assert [c.n for c in found["i3"]] == [3, 7]
        with ledger.change(origin("A look")) as change:
            assert set(change.histories(INVOICES, ["i2"])) == {"i2"}

    def test_history_has_both_sides_and_names(self, ledger: Ledger) -> None:
        with ledger.change(origin("Import of May", source="import")) as change:
            change.put(INVOICES, "i1", invoice())
            change.put(INVOICES, "i1", invoice(notes="filled in"), DERIVED)
            change.put_issue(KEY, CONFLICT)
        with ledger.change(origin("Chosen", who="Ünal")) as change:
            change.put_issue(KEY, None)
        with ledger.read() as view:
            found = [(c.n, c.set, c.source, c.tab, c.row, c.before, c.after) for c in view.changes(0)]
        filled = invoice(notes="filled in")
        assert found == [
            (1, 1, "import", "invoices", "i1", None, invoice()),
            (2, 1, DERIVED, "invoices", "i1", invoice(), filled),
            (3, 1, "import", ISSUES, "book/invoices/i1/amount", None, CONFLICT),
            (4, 2, "action", ISSUES, "book/invoices/i1/amount", CONFLICT, None),
        ]
        newest, oldest = ledger.sets()
        assert (oldest.number, oldest.first, oldest.last, oldest.origin.what) == (1, 1, 3, "Import of May")
        assert (newest.number, newest.first, newest.last) == (2, 4, 4)
        assert newest.origin == origin("Chosen", who="Ünal")
        assert list(ledger.sets(newest_first=False)) == [oldest, newest]

    def test_changes_between_two_points(self, ledger: Ledger) -> None:
        for n in range(5):
            put(ledger, INVOICES, {f"i{n}": invoice(f"INV-{n}")})
        with ledger.read() as view:
            numbers = [
                [c.n for c in view.changes(*span)]
                for span in [(0,), (3,), (5,), (9,), (1, 3), (2, 2), (3, 99)]
            ]
        assert numbers == [[1, 2, 3, 4, 5], [4, 5], [], [], [2, 3], [], [4, 5]]

    def test_the_hash_is_that_of_the_chain(self, ledger: Ledger) -> None:
        put(ledger, INVOICES, {"i1": invoice(issued=date(2026, 1, 2))})
        put(ledger, INVOICES, {"i1": invoice(notes='"Ü"\n')})
        with ledger.read() as view:
            first, second = view.changes(0)
        record = {
            "n": 2,
            "set": 2,
            "source": "action",
            "tab": "invoices",
            "row": "i1",
            "before": pack_row(INVOICES, invoice(issued=date(2026, 1, 2))),
            "after": pack_row(INVOICES, invoice(notes='"Ü"\n')),
        }
        facts = {"number": 2, "who": "Zoë", "source": "action", "what": "A test", "when": NOON.isoformat()}
        assert second.hash == chain(first.hash, record, facts) == now(ledger).head.hash

    def test_undoing_gives_back_every_past(self, ledger: Ledger) -> None:
        past = [now(ledger)]
        for n in range(4):
            with ledger.change(origin()) as change:
                change.put(INVOICES, f"i{n}", invoice(f"INV-{n}"))
                change.put(INVOICES, f"i{n - 1}", None)
                change.put(CUSTOMERS, "c", row(CUSTOMERS, name="Müller", terms=n))
                change.put_issue(KEY, replace(CONFLICT, mine=n) if n % 2 else None)
            past.append(now(ledger))
        with ledger.read() as view:
            for then in past:
                assert as_of(view, then.head.n) == (then.rows, then.issues)

    def test_buried_are_those_that_were_and_are_not(self, ledger: Ledger) -> None:
        put(ledger, INVOICES, {"i1": invoice("A"), "i2": invoice("B"), "i3": invoice("C")})
        put(ledger, INVOICES, {"i1": None, "i2": None})
        put(ledger, INVOICES, {"i2": invoice("B again")})
        with ledger.read() as view:
            assert view.buried(INVOICES, ["i1", "i2", "i3", "i4"]) == {"i1"}
            assert view.buried(PAYMENTS, ["i1"]) == set()
            assert view.buried(INVOICES, []) == set()
        assert list(ledger.verify()) == []

    # ---- issues ---------------------------------------------------------------------------------
    @pytest.mark.parametrize(
        "issue",
        [
            CONFLICT,
            Issue(IssueKind.HELD, NOON, base=date(2026, 1, 1), mine="31 Feb", why="it is no date"),
            Issue(IssueKind.GONE, NOON, base=invoice(issued=date(2026, 1, 1), notes="ü")),
            Issue(IssueKind.NOCOL, NOON, loose=True),
            Issue(IssueKind.NOTICE, NOON + HOUR, mine=datetime(2026, 1, 1, 9, 30), theirs=-1),  # noqa: DTZ001
        ],
    )
    def test_an_issue_comes_back_as_it_was(self, ledger: Ledger, issue: Issue) -> None:
        with ledger.change(origin()) as change:
            change.put_issue(KEY, issue)
            change.put_issue(KEY._replace(row="", book="other"), issue)
        with ledger.read() as view:
            assert view.issues("book") == {KEY: issue}
            assert len(view.issues()) == 2
            assert view.changes(0)[0].after == issue
        with ledger.change(origin()) as change:
            change.put_issue(KEY, issue)  # no change
            change.put_issue(KEY._replace(row="", book="other"), None)
        assert (now(ledger).issues, now(ledger).head.n) == ({KEY: issue}, 3)
        assert list(ledger.verify()) == []

    # ---- books and leases -----------------------------------------------------------------------
    def test_books_are_known_oldest_first_and_may_move(self, ledger: Ledger) -> None:
        for book, where in (("b", "1.xlsx"), ("a", "2.xlsx"), ("b", "3.xlsx")):
            ledger.add_book(book, where)
        assert [(b.id, b.where, b.at) for b in ledger.books()] == [
            ("b", "3.xlsx", At()),
            ("a", "2.xlsx", At()),
        ]
        with ledger.read() as view:
            assert (view.book("a"), view.book("c")) == (ledger.books()[1], None)

    def test_progress_and_what_is_not_acknowledged(self, ledger: Ledger) -> None:
        ledger.add_book("book", "a.xlsx")
        ledger.add_book("other", "b.xlsx")
        put(ledger, INVOICES, {"i1": invoice()})
        with ledger.change(origin()) as change:
            change.set_at("book", At(1, ((1, 1),)))
            change.put(INVOICES, "i2", invoice("INV-2"))
            change.put(INVOICES, "i3", invoice("INV-3"))
            change.pend("book")
            change.pend("book")
        with ledger.change(origin()) as change:
            change.pend("book")  # nothing changed, but the book is to be written: noted all the same
        assert [b.at for b in ledger.books()] == [At(1, ((1, 1), (1, 3), (3, 3))), At()]
        assert len(list(ledger.sets())) == 2
        epoch = ledger.lease("book", "me", NOON, NOON + HOUR)
        ledger.acknowledge("book", epoch, At(3), "print")
        assert [(b.at, b.fingerprint) for b in ledger.books()] == [(At(3), "print"), (At(), "")]
        assert list(ledger.verify()) == []

    def test_an_unknown_book_is_named(self, ledger: Ledger) -> None:
        for act in (
            lambda: ledger.lease("nope", "me", NOON, NOON),
            lambda: ledger.release("nope", 1),
            lambda: ledger.acknowledge("nope", 1, At()),
        ):
            with pytest.raises(LedgerError, match="nope"):
                act()
        with pytest.raises(LedgerError, match="nope"), ledger.change(origin(), book="nope"):
            pass  # pragma: no cover
        with pytest.raises(LedgerError, match="nope"), ledger.change(origin()) as change:
            change.pend("nope")

    def test_a_lease_keeps_others_out_until_it_ends(self, ledger: Ledger) -> None:
        ledger.add_book("book", "a.xlsx")
        assert ledger.lease("book", "Ann's PC", NOON, NOON + HOUR) == 1
        held = ledger.books()[0]
        assert (held.holder, held.until, held.epoch) == ("Ann's PC", NOON + HOUR, 1)
        with pytest.raises(LedgerBusy, match=r"a\.xlsx.*Ann's PC.*free at 13:00:00 UTC"):
            ledger.lease("book", "Bob", NOON, NOON + HOUR)
        assert ledger.lease("book", "Ann's PC", NOON, NOON + HOUR) == 2
        assert ledger.lease("book", "Bob", NOON + HOUR, NOON + 2 * HOUR) == 3
        assert ledger.lease("book", "Ann's PC", NOON + HOUR, NOON + 2 * HOUR, takeover=True) == 4
        ledger.release("book", 3)
        with pytest.raises(LedgerBusy):
            ledger.lease("book", "Bob", NOON + HOUR, NOON + HOUR)
        ledger.release("book", 4)
        free = ledger.books()[0]
        assert (free.holder, free.until, free.epoch) == ("", None, 4)
        assert ledger.lease("book", "Bob", NOON + HOUR, NOON + 2 * HOUR) == 5

    def test_an_old_epoch_is_fenced(self, ledger: Ledger) -> None:
        ledger.add_book("book", "a.xlsx")
        old = ledger.lease("book", "Ann", NOON, NOON + HOUR)
        with ledger.change(origin(), book="book", epoch=old) as change:
            change.put(INVOICES, "i1", invoice())
        new = ledger.lease("book", "Bob", NOON, NOON + HOUR, takeover=True)
        with pytest.raises(Fenced, match=r"Bob.*a\.xlsx"), ledger.change(origin(), book="book", epoch=old):
            pytest.fail("the block ran")
        with pytest.raises(Fenced):
            ledger.acknowledge("book", old, At(1))
        ledger.acknowledge("book", new, At(1))
        assert (now(ledger).head.n, ledger.books()[0].at) == (1, At(1))

    def test_a_takeover_during_a_change_waits_or_fences_it(self, hasty: Ledger) -> None:
        hasty.add_book("book", "a.xlsx")
        epoch = hasty.lease("book", "Ann", NOON, NOON + HOUR)
        taken = fenced = False
        try:
            with hasty.change(origin(), book="book", epoch=epoch) as change:
                change.put(INVOICES, "i1", invoice())
                try:
                    hasty.lease("book", "Bob", NOON, NOON + HOUR, takeover=True)
                    taken = True
                except LedgerBusy:
                    pass
        except Fenced:
            fenced = True
        assert taken == fenced == (now(hasty).head == ROOT)

    # ---- verify ---------------------------------------------------------------------------------
    def test_verify_knows_the_bookmarks_of_its_books(self, ledger: Ledger) -> None:
        marks = [ROOT, *(put(ledger, INVOICES, {"i1": invoice(amount=n)}) for n in range(1, 4))]
        assert list(ledger.verify(marks)) == []
        (rewritten,) = ledger.verify([Bookmark(2, marks[1].hash)])
        assert "Change 2 is not the one a bookmark remembers" in rewritten
        (short,) = ledger.verify([Bookmark(4, "beyond")])
        assert "A bookmark stands at change 4, but the history ends with change 3" in short

    def test_verify_misses_what_a_book_already_had(self, ledger: Ledger) -> None:
        ledger.add_book("book", "a.xlsx")
        with ledger.change(origin()) as change:
            change.set_at("book", At(7))
        assert "bookmark stands at change 7" in ledger.verify()[0]
