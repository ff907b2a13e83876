"""A local Google: Sheets v4, Drive v3 and OAuth, as far as ARC and gspread's own test-suite need them.

It keeps the facts that ARC leans on, each with its source beside it. What Google does not document and nobody
here could try is marked as assumed; `arc google check --live` tries it on a person's own account.
"""

from tests.emulators.google.errors import ApiError
from tests.emulators.google.people import Person
from tests.emulators.google.server import GoogleEmulator, redirected

__all__ = ["ApiError", "GoogleEmulator", "Person", "redirected"]
