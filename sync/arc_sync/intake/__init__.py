"""Importing: exports of accounting systems become entries for the ledger."""

from arc_sync.intake.model import Control, Entry, Reject, Taken
from arc_sync.intake.options import Asked, options
from arc_sync.intake.rejects import write_rejects
from arc_sync.intake.understand import Understood, understand

__all__ = [
    "Asked",
    "Control",
    "Entry",
    "Reject",
    "Taken",
    "Understood",
    "options",
    "understand",
    "write_rejects",
]
