"""The one error of the package: a file or an edit that it will not touch."""

from __future__ import annotations


class Refused(Exception):
    """The file, or an edit asked for, is outside what can be done safely; nothing was written.

    `reason` is one sentence for the person who owns the workbook: what was found, where, and what to do.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
