"""What the emulator itself costs, so that a bench against it measures the agent: 10,000 rows of 15 columns.

`python -m tests.bench_google_emulator` prints CPU seconds, client and server together.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.emulators.google import GoogleEmulator
from tests.emulators.google_api import Api, Json

ROWS, COLUMNS = 10_000, 15


def table() -> list[Json]:
    """Give rows of texts and numbers, every second cell with a format."""
    look = {"numberFormat": {"type": "NUMBER", "pattern": "#,##0.00"}}
    return [{"values": [_cell(row, column, look) for column in range(COLUMNS)]} for row in range(ROWS)]


def _cell(row: int, column: int, look: Json) -> Json:
    if column % 2:
        return {"userEnteredValue": {"stringValue": f"r{row}c{column}"}}
    return {"userEnteredValue": {"numberValue": row * column + 0.5}, "userEnteredFormat": look}


def main() -> None:
    """Time the first sync's write, the reads and a small change."""
    with GoogleEmulator() as google:
        api = Api(google).made()
        append = {"sheetId": 0, "rows": table(), "fields": "userEnteredValue,userEnteredFormat"}
        one = {"start": {}, "rows": [{"values": [{"userEnteredValue": {"stringValue": "x"}}]}], "fields": "*"}
        mask = "sheets.data.rowData.values(userEnteredValue,effectiveValue)"
        jobs: dict[str, Callable[[], object]] = {
            "append all rows": lambda: api.batch({"appendCells": append}),
            "read all values": lambda: api.values("Sheet1"),
            "read values and formulas by mask": lambda: api.get(fields=mask),
            "change one cell": lambda: api.batch({"updateCells": one}),
            "a person sorts": lambda: google.person.sort("Sheet1", "A", descending=True),
            "a person inserts a row": lambda: google.person.insert_rows("Sheet1", 5),
        }
        for name, job in jobs.items():
            start = time.process_time()
            job()
            print(f"{name:34} {time.process_time() - start:7.3f} s")  # noqa: T201 - a bench prints


if __name__ == "__main__":
    main()
