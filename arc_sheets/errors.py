"""Every error ARC raises on purpose, in one tree.

ArcError                      a person can act on it; the message is one sentence
  ConfigError                 arc.toml or an option is wrong
  LedgerError                 the ledger cannot be used as asked
    LedgerMissing             there is no ledger where the settings point
    LedgerNewer               a newer ARC wrote it
    LedgerBusy                another agent holds it, or holds this book
    Fenced                    this agent lost its lease; what it did not commit is void
  BookError                   the workbook cannot be used as asked; nothing was written
    BookMissing               no file there
    BookOpen                  another program has it open
    BookRefused               the file cannot be edited safely (damaged, encrypted, signed, a bomb)
    BookForeign               it is no ARC workbook, or belongs to another ledger
    BookAhead                 its bookmark is unknown to the ledger: the ledger was restored
    BookBusy                  the service that keeps it gives no answer now
  SignInError                 an account of Google is not signed in, or may not do this
  IntakeError                 an export cannot be imported
    Undecided                 the file reads in two ways; a person must say which
  MailError                   an address, a login or a way of sending is not as it must be; nothing was sent

An `ArcError` ends a command with exit code 2 and its message, never a traceback. Anything else that
escapes is a defect in ARC. Bad cells are not errors: they are values (`cells.Unreadable`) and issues.
"""

from __future__ import annotations


class ArcError(Exception):
    """A person can act on it: the message says what happened, to what, and what to do."""


class ConfigError(ArcError):
    """The settings file or an option is wrong."""


class LedgerError(ArcError):
    """The ledger cannot be used as asked."""


class LedgerMissing(LedgerError):
    """There is no ledger where the settings point."""


class LedgerNewer(LedgerError):
    """The ledger was written by a newer ARC."""


class LedgerBusy(LedgerError):
    """Another agent holds the ledger or this book's lease."""


class Fenced(LedgerError):
    """Another agent took over this book; nothing of this round was committed."""


class BookError(ArcError):
    """The workbook cannot be used as asked; nothing was written to it."""


class BookMissing(BookError):
    """There is no workbook at this path."""


class BookOpen(BookError):
    """Another program has the workbook open."""


class BookRefused(BookError):
    """The workbook cannot be read or edited safely."""


class BookForeign(BookError):
    """The file is no ARC workbook, or it belongs to another ledger."""


class BookAhead(BookError):
    """The workbook's bookmark is unknown to the ledger: an older ledger was restored."""


class BookBusy(BookError):
    """The service that keeps the workbook gives no answer now; the next round goes on."""


class SignInError(ArcError):
    """An account of a service is not signed in, or may not do what is asked."""


class IntakeError(ArcError):
    """An export cannot be imported."""


class Undecided(IntakeError):
    """The file reads in two ways and a person must say which."""


class MailError(ArcError):
    """An address, a login or a way of sending is not as it must be; nothing was sent."""
