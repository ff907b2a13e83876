"""`arc aging` and `arc kpis`: the figures of a day, as known on that day or another."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from arc_sheets import money
from arc_sync.cli.out import (
    FINE,
    PERSON,
    Csv,
    Json,
    Settings,
    amount,
    answer,
    day,
    finish,
    grouped,
    one_form,
    print_csv,
    print_table,
    read_day,
    say,
)

if TYPE_CHECKING:
    from arc_sheets.aging import AgingReport, AgingRow
    from arc_sheets.kpis import Kpi, KpiReport
    from arc_sheets.rates import Rates

AsOf = Annotated[str | None, typer.Option("--as-of", help="The day, such as 2026-03-31. [default: today]")]
KnownAt = Annotated[
    str | None,
    typer.Option("--known-at", help="As the ledger knew it on the evening of that day. [default: now]"),
]


def aging(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    json: Json = False,
    csv: Csv = False,
    config: Settings = None,
) -> None:
    """Say what is open, by customer and days overdue.

    It is proved against the control account; exits with 1 if they do not agree, a fault in ARC or in the ledger.
    """
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened

    one_form(json=json, csv=csv)
    on, known = read_day(as_of, "--as-of"), read_day(known_at, "--known-at")
    with opened(Config.load(config)) as firm:
        on = on or firm.config.day(datetime.now(UTC))
        report = firm.aging(on, known)
    wrong = any(total.check for total in report.totals)
    if json:
        answer(_aging_json(report))
    elif csv:
        heads = ("customer", "currency", *report.buckets.labels, "unapplied", "open", "oldest_days")
        print_csv(heads, ([*_cells(row), row.oldest] for row in report.rows))
    else:
        _show_aging(report)
    finish(PERSON if wrong else FINE)


def kpis(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    period: Annotated[str, typer.Option(help="month, quarter, year or a number of days.")] = "90",
    json: Json = False,
    csv: Csv = False,
    config: Settings = None,
) -> None:
    """Say how fast and how well customers pay.

    Each figure comes with its formula, and the answer with the period, the sales and the days it used.
    """
    from arc_sheets.periods import Period
    from arc_sync.agent.config import Config
    from arc_sync.agent.firm import opened

    one_form(json=json, csv=csv)
    on, known = read_day(as_of, "--as-of"), read_day(known_at, "--known-at")
    over = Period.parse(period)
    with opened(Config.load(config)) as firm:
        on = on or firm.config.day(datetime.now(UTC))
        report, rates = firm.kpis(on, known, over), firm.config.rates
    if json:
        answer(_kpis_json(report, rates))
    elif csv:
        heads = ("key", "name", "value", "unit", "formula", "as_of", "period", "days", "sales", "currency")
        facts = (
            report.as_of,
            report.period.name,
            report.days,
            amount(report.sales, report.currency),
            report.currency,
        )
        print_csv(heads, ((k.key, k.name, _exact(k.value), k.kind, k.formula, *facts) for k in report.kpis))
    else:
        _show_kpis(report, rates)


def _cells(row: AgingRow) -> list[str | None]:
    return [
        row.customer,
        row.currency,
        *(amount(m, row.currency) for m in (*row.buckets, row.unapplied, row.open)),
    ]


def _show_aging(report: AgingReport) -> None:
    say(f"Aging on {day(report.as_of)}{_known(report.known_at)}. Due today is current.", "")
    if not report.rows:
        say("Nothing is open.")
        return
    heads = ("Customer", "", *report.buckets.labels, "Unapplied", "Open")
    rows = [_shown(row, row.customer) for row in report.rows]
    totals = [_shown(total, f"Total {total.currency}") for total in report.totals]
    everything = (
        [_shown(report.all, "All, in the base currency")] if report.all and len(report.totals) > 1 else []
    )
    blank = [""] * len(heads)
    print_table(heads, [*rows, blank, *totals, *everything], range(2, len(heads)))
    say("")
    for total in report.totals:
        control = f"{total.currency} {grouped(total.control, total.currency)}"
        off = f"{total.currency} {grouped(total.check, total.currency)}"
        say(
            f"Control account {control}: agrees."
            if not total.check
            else f"Control account {control}: differs by {off}. Run arc verify, and report this."
        )
    say(*_rates_said(report.missing_rates, report.rates, many=len(report.totals) > 1))


def _shown(row: AgingRow, name: str) -> list[str]:
    figures = (*row.buckets, row.unapplied, row.open)
    return [name, row.currency, *(grouped(minor, row.currency) for minor in figures)]


def _aging_json(report: AgingReport) -> dict[str, object]:
    return {
        "as_of": report.as_of.isoformat(),
        "known_at": report.known_at.isoformat() if report.known_at else None,
        "buckets": list(report.buckets.labels),
        "rows": [{"customer": row.customer, **_row_json(report, row)} for row in report.rows],
        "totals": [_row_json(report, total) for total in report.totals],
        "all": _row_json(report, report.all) if report.all else None,
        "rates": _rates_json(report.rates),
        "missing_rates": list(report.missing_rates),
    }


def _row_json(report: AgingReport, row: AgingRow) -> dict[str, object]:
    buckets = {
        label: amount(m, row.currency) for label, m in zip(report.buckets.labels, row.buckets, strict=True)
    }
    return {
        "currency": row.currency,
        "buckets": buckets,
        "unapplied": amount(row.unapplied, row.currency),
        "open": amount(row.open, row.currency),
        "control": amount(row.control, row.currency),
        "agrees": not row.check,
        "base": {"amount": amount(row.base, report.rates.base), "currency": report.rates.base},
        "oldest_days": row.oldest,
    }


def _show_kpis(report: KpiReport, rates: Rates) -> None:
    first = date.fromordinal(report.period.before(report.as_of).toordinal() + 1)
    sales = f"{report.currency} {money.to_major(report.sales, report.currency):,f}"
    say(
        f"KPIs on {day(report.as_of)}{_known(report.known_at)}, over {report.days} days from {day(first)}:"
        f" sales of {sales}.",
        "",
    )
    print_table(
        ("KPI", "Value", "Formula, or why there is no value"),
        [(k.name, _shown_kpi(k), k.blank or k.formula) for k in report.kpis],
        [1],
    )
    said = _rates_said(report.missing_rates, rates, many=bool(rates.to_base))
    say(*[""] * bool(said), *said)


def _shown_kpi(kpi: Kpi) -> str:
    if kpi.value is None:
        return "–"
    return f"{kpi.value * 100:.1f} %" if kpi.kind == "share" else f"{kpi.value:,.1f}"


def _kpis_json(report: KpiReport, rates: Rates) -> dict[str, object]:
    return {
        "as_of": report.as_of.isoformat(),
        "known_at": report.known_at.isoformat() if report.known_at else None,
        "period": report.period.name,
        "days": report.days,
        "sales": {"amount": amount(report.sales, report.currency), "currency": report.currency},
        "kpis": [
            {"key": k.key, "name": k.name, "value": _exact(k.value), "unit": k.kind, "formula": k.formula,
             "blank_because": k.blank or None}
            for k in report.kpis
        ],
        "trend": {
            "ends": [end.isoformat() for end in report.ends],
            **{key: [_exact(value) for value in values] for key, values in report.trend.items()},
        },
        "rates": _rates_json(rates),
        "missing_rates": list(report.missing_rates),
    }  # fmt: skip


def _exact(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _known(known_at: date | None) -> str:
    return f", as the ledger knew it on {day(known_at)}" if known_at else ""


def _rates_said(missing: tuple[str, ...], rates: Rates, *, many: bool) -> list[str]:
    said = []
    if many and rates.to_base:
        shown = ", ".join(f"1 {code} = {rate:f} {rates.base}" for code, rate in sorted(rates.to_base.items()))
        said.append(f"Rates{f' of {day(rates.on)}' if rates.on else ''}: {shown}.")
    if missing:
        said.append(
            f"Without a rate, and so in no figure of {rates.base}: {', '.join(missing)}; add it in arc.toml."
        )
    return said


def _rates_json(rates: Rates) -> dict[str, object]:
    return {
        "base": rates.base,
        "on": rates.on.isoformat() if rates.on else None,
        "to_base": {code: f"{rate:f}" for code, rate in rates.to_base.items()},
    }
