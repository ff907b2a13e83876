"""The aging and all KPIs over a million invoices, beside a bare pandas program that computes the same figures.

`python -m tests.bench_figures` runs each work in its own process, several times in turn, and prints the least
CPU time of the work and the peak of memory above the loaded frames (both without loading them; Linux).

Inside both: from the frames of invoices, payments, promises and disputes to the aging by customer and
currency (buckets, unapplied, control account) and eleven KPIs at twelve month ends. The bare program knows
what ours has to find out: every payment names one invoice or none, payments come sorted by date, numbers are
unique, an invoice has one promise at most,
a void one none. That both give the same figures is
checked before anything is timed.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from arc_sheets import frames, tabs
from arc_sheets.aging import aging
from arc_sheets.computed import computed
from arc_sheets.kpis import kpis
from arc_sheets.periods import TWELVE_MONTHS, month_ends
from arc_sheets.rates import Rates
from arc_sheets.receivables import receivables
from arc_sheets.worklist import worklist

if TYPE_CHECKING:
    from arc_sheets.frames import Records
    from arc_sheets.tab import Tab

AS_OF: Final = date(2026, 11, 20)
TODAY: Final = pd.Timestamp(AS_OF)
RATES: Final = Rates("EUR", {"USD": Decimal("0.92"), "GBP": Decimal("1.17"), "KWD": Decimal("3.01")})
CURRENCIES: Final = np.array(["EUR", "GBP", "KWD", "USD"])
MANY: Final = 1_000_000
KEPT: Final = (
    "dso",
    "dso_countback",
    "add",
    "days_to_pay",
    "cei",
    "promises_kept",
    "current",
    "dispute_rate",
)


class Cost(NamedTuple):
    """What a work took: CPU seconds, peak memory above the frames in megabytes."""

    seconds: float
    megabytes: float


# --- the data --------------------------------------------------------------------------------------------------


def make(many: int, several: float = 0) -> Records:
    """Return a book of so many invoices over 18 months; `several` is the share of payments for two invoices."""
    rng = np.random.default_rng(7)
    owners = max(10, many // 50)
    owner = rng.integers(0, owners, many)
    issued = np.datetime64("2025-05-20") + rng.integers(0, 550, many)
    invoices = {
        "number": np.array([f"INV-{n:07}" for n in range(many)], dtype=object),
        "customer": _names(owner),
        "currency": CURRENCIES[owner % 4],
        "issued": issued,
        "due": issued + rng.choice([14, 30, 30, 45, 60], many),
        "amount": np.exp(rng.normal(11, 1, many)).astype(np.int64) + 1,
        "status": rng.choice(["open", "disputed", "void"], many, p=[0.985, 0.005, 0.01]),
    }
    return frames.records({})._replace(
        invoices=_frame(tabs.INVOICES, invoices),
        payments=_frame(tabs.PAYMENTS, _payments(rng, invoices, several)),
        promises=_frame(tabs.PROMISES, _promises(rng, invoices)),
        disputes=_frame(tabs.DISPUTES, _disputes(rng, invoices)),
    )


def _names(owner: Any) -> Any:
    return np.array([f"Customer {n:05}" for n in range(owner.max() + 1)], dtype=object)[owner]


def _payments(rng: np.random.Generator, invoices: dict[str, Any], several: float) -> dict[str, Any]:
    many = len(invoices["number"])
    paid = np.flatnonzero(rng.random(many) < 0.92)
    again = rng.choice(paid, many // 20)
    which = np.concatenate([paid, again])
    late = np.maximum(0, rng.normal(8, 20, len(which)).astype(np.int64) + 20)
    part = rng.choice([1.0, 0.6, 1.1], len(which), p=[0.93, 0.06, 0.01])
    day = invoices["issued"][which] + late
    texts = invoices["number"][which].copy()
    two = np.flatnonzero(rng.random(len(which)) < several)
    texts[two] = [
        f"{a}; {b}" for a, b in zip(texts[two], invoices["number"][rng.choice(paid, len(two))], strict=True)
    ]
    texts[rng.random(len(which)) < 0.01] = None
    order = np.argsort(day, kind="stable")
    kinds = rng.choice(list(tabs.PAYMENT_TYPES), len(which), p=[0.96, 0.02, 0.015, 0.005])
    columns = {
        "date": day,
        "customer": invoices["customer"][which],
        "currency": invoices["currency"][which],
        "amount": (invoices["amount"][which] * part).astype(np.int64),
        "type": kinds,
        "applied_to": texts,
    }
    return {name: values[order] for name, values in columns.items()}


def _promises(rng: np.random.Generator, invoices: dict[str, Any]) -> dict[str, Any]:
    some = rng.choice(
        np.flatnonzero(invoices["status"] != "void"), len(invoices["number"]) // 100, replace=False
    )
    chosen = {name: invoices[name][some] for name in ("customer", "currency", "amount")}
    return {
        **chosen,
        "invoice": invoices["number"][some],
        "date": invoices["due"][some] + rng.integers(0, 20, len(some)),
    }


def _disputes(rng: np.random.Generator, invoices: dict[str, Any]) -> dict[str, Any]:
    some = rng.choice(len(invoices["number"]), len(invoices["number"]) // 50, replace=False)
    opened = invoices["issued"][some] + rng.integers(1, 40, len(some))
    return {"invoice": invoices["number"][some], "currency": invoices["currency"][some], "opened": opened}


def _frame(tab: Tab, columns: dict[str, Any]) -> pd.DataFrame:
    """Return the frame that `frames.frame` would, from columns; ids rise with the rows."""
    size = len(next(iter(columns.values())))
    table = {"id": pd.Series([f"{n:08}" for n in range(size)], dtype=object)}
    empty = frames.frame(tab, {})
    for column in tab.stored:
        values = columns.get(column.name)
        kind = empty[column.name].dtype
        if values is None:
            table[column.name] = pd.Series([None] * size, dtype=kind if kind != "int64" else "Int64")
        elif kind == "category":
            codes, names = pd.factorize(values)
            table[column.name] = pd.Series(
                pd.Categorical.from_codes(codes, pd.Index(list(names), dtype=object))
            )
        else:
            table[column.name] = (
                pd.Series(values, dtype=object) if kind.name == "object" else pd.Series(values).astype(kind)
            )
    return pd.DataFrame(table)


# --- the works -------------------------------------------------------------------------------------------------


def ours(records: Records) -> Any:
    """Compute the figures as ARC does."""
    built = receivables(records)
    return aging(built, AS_OF, rates=RATES), kpis(records, built, AS_OF, rates=RATES)


def rest(records: Records) -> Any:
    """Compute what else a round draws: every computed column, and the worklist."""
    built = receivables(records)
    return computed(records, built, AS_OF), worklist(records, built, AS_OF, RATES)


def bare(records: Records) -> tuple[pd.DataFrame, dict[str, list[float]]]:
    """Compute the same figures with pandas alone, written by hand for this data."""
    inv = records.invoices[records.invoices["status"] != "void"].reset_index(drop=True)
    pay = records.payments
    credit = pay["amount"].where(pay["type"] != "refund", -pay["amount"])
    pay = pay.assign(credit=credit)
    cols = ["number", "customer", "issued", "due", "amount", "currency"]
    done = pay[credit > 0].merge(
        inv[cols].reset_index(), left_on="applied_to", right_on="number", suffixes=("", "_inv")
    )
    total = done.groupby("index")["credit"].cumsum()
    done["got"] = total.clip(upper=done["amount_inv"]) - (total - done["credit"]).clip(
        upper=done["amount_inv"]
    )
    done["eff"] = done["date"].where(done["date"] > done["issued"], done["issued"])
    return _bare_aging(inv, pay, done), _bare_kpis(records, inv, pay, done)


def _bare_aging(inv: pd.DataFrame, pay: pd.DataFrame, done: pd.DataFrame) -> pd.DataFrame:
    day, key = pd.Timestamp(AS_OF), ["customer", "currency"]
    now = inv[inv["issued"] <= day]
    settled = done[done["eff"] <= day].groupby("index")["got"].sum()
    balance = now["amount"] - settled.reindex(now.index, fill_value=0)
    late = (day - now["due"]).dt.days
    bucket = np.searchsorted([0, 30, 60, 90], late)
    table = (
        balance.groupby([now["customer"], now["currency"], bucket], observed=True).sum().unstack(fill_value=0)  # noqa: PD010 (as one writes it by hand)
    )
    paid = pay[pay["date"] <= day].groupby(key, observed=True)["credit"].sum()
    used = done[done["eff"] <= day].groupby(key, observed=True)["got"].sum()
    table["unapplied"] = used.reindex(table.index, fill_value=0) - paid.reindex(table.index, fill_value=0)
    table["open"] = table.sum(axis=1)
    owed = now.groupby(key, observed=True)["amount"].sum()
    table["control"] = owed.reindex(table.index) - paid.reindex(table.index, fill_value=0)
    table["oldest"] = (
        late.clip(lower=0)[balance > 0].groupby([now["customer"], now["currency"]], observed=True).max()
    )
    return table


def _base(amounts: pd.Series) -> float:
    minor = {"EUR": 1.0, "USD": 0.92, "GBP": 1.17, "KWD": 0.301}
    return float(sum(minor[str(currency)] * value for currency, value in amounts.items()))


def _bare_kept(promises: pd.DataFrame, pay: pd.DataFrame, done: pd.DataFrame) -> Any:
    mine = done[done["number"].isin(promises["invoice"]) & done["type"].isin(["payment", "credit note"])]
    hits = promises.merge(mine, left_on="invoice", right_on="number", suffixes=("", "_p"))
    hits = hits[hits["eff"] <= hits["date"].where(lambda d: d < TODAY, TODAY)]
    window = hits["eff"] > hits["date"] - pd.Timedelta(30, "D")
    came, ever = hits[window].groupby("id")["got"].sum(), hits.groupby("id")["got"].sum()
    used = done.groupby("id")["got"].sum().reindex(pay["id"], fill_value=0).to_numpy()
    real = pay["type"].isin(["payment", "credit note"]) & pay["customer"].isin(promises["customer"].unique())
    loose = pay.assign(left=pay["credit"] - used)[real & (pay["credit"] != used)]
    loose = promises.merge(loose, on=["customer", "currency"], suffixes=("", "_p"))
    near = loose["date_p"] <= loose["date"].where(lambda d: d < TODAY, TODAY)
    near &= loose["date_p"] > loose["date"] - pd.Timedelta(30, "D")
    by_id = promises.set_index("id")["amount"]
    came, ever = came.reindex(by_id.index, fill_value=0), ever.reindex(by_id.index, fill_value=0)
    came += loose[near].groupby("id")["left"].sum().reindex(by_id.index, fill_value=0)
    kept: Any = ((came >= by_id) | (ever >= by_id)).to_numpy()  # a promise here is for the whole invoice
    return kept


def _bare_kpis(
    records: Records, inv: pd.DataFrame, pay: pd.DataFrame, done: pd.DataFrame
) -> dict[str, list[float]]:
    disputes, promises = records.disputes, records.promises
    first = disputes.groupby("invoice")["opened"].min()
    small = inv[inv["number"].isin(first.index) | (inv["status"] == "disputed")].copy()
    small["on"] = small["number"].map(first).fillna(small["issued"])
    kept = _bare_kept(promises, pay, done)
    wait = done["got"] * (done["eff"] - done["issued"]).dt.days
    cash = (done["type"] == "payment").to_numpy()
    notes, lost = pay[pay["type"] == "credit note"], pay[pay["type"] == "write-off"]

    def running(rows: pd.DataFrame, on: str, name: str) -> pd.DataFrame:
        by_day = rows.groupby([on, "currency"], observed=True)[name].sum()
        return by_day.unstack(fill_value=0).sort_index().cumsum()  # noqa: PD010

    invoiced, paid, settled = (
        running(inv, "issued", "amount"),
        running(pay, "date", "credit"),
        running(done, "eff", "got"),
    )
    credited, written_off = running(notes, "date", "credit"), running(lost, "date", "credit")
    receipts = running(done[cash], "eff", "got")
    waited = running(
        pd.DataFrame({"eff": done["eff"], "currency": done["currency"], "wait": wait})[cash], "eff", "wait"
    )
    inv_columns, done_columns = inv[["currency", "amount"]], done[["currency", "got"]]

    def at(table: pd.DataFrame, day: pd.Timestamp) -> float:
        place = table.index.searchsorted(day, side="right") - 1
        return _base(table.iloc[place]) if place >= 0 else 0.0

    def sales(before: pd.Timestamp, end: pd.Timestamp) -> float:
        return at(invoiced, end) - at(invoiced, before) - at(credited, end) + at(credited, before)

    def balance(day: pd.Timestamp) -> float:
        return at(invoiced, day) - at(paid, day)

    def summed(rows: pd.DataFrame, name: str, which: Any) -> float:
        return _base(rows[which].groupby("currency", observed=True)[name].sum())

    out: dict[str, list[float]] = {}
    for end in month_ends(AS_OF):
        day, before = pd.Timestamp(end), pd.Timestamp(end - timedelta(90))
        year = pd.Timestamp(TWELVE_MONTHS.before(end))
        e, b, s = balance(day), balance(before), sales(before, day)
        live, past = (inv["issued"] <= day) & (inv["due"] >= day), done["eff"] <= day
        c = summed(inv_columns, "amount", live) - summed(done_columns, "got", past & (done["due"] >= day))
        g = at(invoiced, day) - at(settled, day)
        weights, cashed = at(waited, day) - at(waited, before), at(receipts, day) - at(receipts, before)
        due = ((promises["date"] > before) & (promises["date"] <= day)).to_numpy()
        due = due & ((promises["date"] < day).to_numpy() | kept)
        fresh = (inv["issued"] > before) & (inv["issued"] <= day)
        odd = (small["issued"] > before) & (small["issued"] <= day) & (small["on"] <= day)
        bad = at(written_off, day) - at(written_off, year)
        s12 = sales(year, day)
        left, counted, then = e, 0.0, end
        while pd.Timestamp(then) >= invoiced.index[0] and left > 0:
            start = then.replace(day=1) - timedelta(1)
            sold = sales(pd.Timestamp(start), pd.Timestamp(then))
            counted += then.day if sold < left else left / sold * then.day
            left, then = left - sold, start
        values = {
            "dso": e / s * 90 if s else np.nan,
            "dso_countback": counted if left <= 0 else np.nan,
            "best_possible_dso": c / s * 90 if s else np.nan,
            "add": (e - c) / s * 90 if s else np.nan,
            "days_to_pay": weights / cashed if cashed else np.nan,
            "cei": (b + s - e) / (b + s - c) if s else np.nan,
            "promises_kept": kept[due].mean() if due.any() else np.nan,
            "turnover": s12 / ((balance(year) + e) / 2) if year >= inv["issued"].min() else np.nan,
            "current": c / g if g else np.nan,
            "dispute_rate": odd.sum() / fresh.sum() if fresh.any() else np.nan,
            "bad_debt": bad / s12 if s12 else np.nan,
        }
        for key, value in values.items():
            out.setdefault(key, []).append(value)
    return out


def compare(records: Records) -> None:
    """Raise unless both programs give the same figures."""
    report, figures = ours(records)
    table, trend = bare(records)
    mine = {
        (row.customer, row.currency): (*row.buckets, row.unapplied, row.open, row.control, row.oldest)
        for row in report.rows
    }
    theirs = {key: tuple(values) for key, values in zip(table.index, table.to_numpy().tolist(), strict=True)}
    for key, values in mine.items():
        if any(a != b for a, b in zip(values, theirs[key], strict=True) if a is not None):
            raise AssertionError(f"{key}: {values} is not {theirs[key]}")
    for key, points in figures.trend.items():
        plain = np.array([np.nan if p is None else p for p in points])
        if not np.allclose(plain, trend[key], rtol=1e-6, equal_nan=True):
            raise AssertionError(f"{key}: {plain} is not {trend[key]}")


# --- the measuring ---------------------------------------------------------------------------------------------

_CHILD: Final = """
import gc, pickle, sys, time
from pathlib import Path
import tests.bench_figures as bench

def status(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name))) / 1024

with open(sys.argv[2], "rb") as file:
    records = pickle.load(file)
gc.collect()
Path("/proc/self/clear_refs").write_text("5")  # the peak of loading is not the work's
before, start = status("VmRSS"), time.process_time()
getattr(bench, sys.argv[1])(records)
print(time.process_time() - start, status("VmHWM") - before)
"""


def run(work: str, data: Path) -> Cost:
    """Run one work in a process of its own."""
    root = Path(__file__).resolve().parent.parent
    code = [sys.executable, "-c", _CHILD, work, str(data)]
    answer = subprocess.run(
        code, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, check=True, capture_output=True
    )
    seconds, megabytes = answer.stdout.split()
    return Cost(float(seconds), float(megabytes))


def measure(data: Path, works: list[str], rounds: int) -> dict[str, Cost]:
    """Run the works in turn, several rounds, and keep the least of each."""
    costs = [{work: run(work, data) for work in works} for _ in range(rounds)]
    return {work: Cost(*(min(c[work][n] for c in costs) for n in (0, 1))) for work in works}


def main(many: int = MANY, rounds: int = 3) -> int:
    """Print the table; return 1 if ours costs more than 1.5 times the bare program's CPU."""
    compare(make(max(1000, many // 20)))
    with tempfile.TemporaryDirectory() as folder:
        data, mixed = Path(folder) / "data", Path(folder) / "mixed"
        data.write_bytes(pickle.dumps(make(many), protocol=5))
        costs = measure(data, ["bare", "ours", "rest"], rounds)
        mixed.write_bytes(pickle.dumps(make(many, 0.1), protocol=5))
        costs["ours, 10 % of payments for two invoices"] = measure(mixed, ["ours"], 1)["ours"]
    lines = [f"{work:42} {cost.seconds:7.2f} CPU s {cost.megabytes:8.0f} MB" for work, cost in costs.items()]
    ratio = costs["ours"].seconds / costs["bare"].seconds
    memory = costs["ours"].megabytes / costs["bare"].megabytes
    lines.append(f"ours / bare: {ratio:.2f}x CPU (at most 1.5x), {memory:.2f}x memory")
    sys.stdout.write("\n".join((f"Figures agree. {many:,} invoices:", *lines, "")))
    return int(ratio > 1.5)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
