"""Whether messages are sent or drafted, and since when: what was approved for the one does not go the other way.

A draft is read once more by the person who sends it, from a mail program that also sends the copies. So each channel
has a note in the ledger, brought up to date by whoever queues or sends first after the settings were changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from arc_sync.agent.config import Config
from arc_sync.agent.firm import Firm
from arc_sync.ledger.port import Transaction, View

_CHANNELS: Final = ("Email", "Text")
_EVER: Final = datetime.min.replace(tzinfo=UTC)


def note_ways(t: Transaction, config: Config, now: datetime) -> None:
    """Note the ways of today's settings, where they are others than those noted; `now` is UTC."""
    for channel in _differing(t, config):
        since = now if t.note(_name(channel)) else _EVER
        t.set_note(_name(channel), f"{_way(config, channel)} {since.isoformat()}")


def ways_since(firm: Firm, now: datetime) -> Mapping[str, datetime]:
    """Return since when (UTC) each channel has gone its way; what was queued before was meant for another one."""
    with firm.ledger.read() as view:
        differing = _differing(view, firm.config)
    if differing:
        with firm.ledger.change(firm.origin("sending", "The way of sending", now)) as t:
            note_ways(t, firm.config, now)
    with firm.ledger.read() as view:
        return {c: datetime.fromisoformat(view.note(_name(c)).partition(" ")[2]) for c in _CHANNELS}


def _differing(view: View, config: Config) -> list[str]:
    return [c for c in _CHANNELS if view.note(_name(c)).partition(" ")[0] != _way(config, c)]


def _way(config: Config, channel: str) -> str:
    return "drafted" if config.drafts(channel) else "sent"


def _name(channel: str) -> str:
    return f"way of {channel}"
