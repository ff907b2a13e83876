"""Reminders at work: planned each day, decided by people, sent once. Plain functions of firm, ledger and time."""
