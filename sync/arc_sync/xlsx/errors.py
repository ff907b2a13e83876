"""The one error of the package: a file or an edit that it will not touch."""

from __future__ import annotations


class Refused(Exception):
    """The file, or an edit asked for, is outside what can be done safely; nothing was written.

    `reason` is one sentence for the person who owns the workbook: what was found, where, and what to do.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def wrong(what: str) -> Refused:
    """Say that the new file is not what it should be."""
    return Refused(
        f"The new file did not pass its check ({what}), so nothing was changed; please report this file."
    )
