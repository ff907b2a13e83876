"""The customers of the made-up firm: who they are, and how they pay."""

from __future__ import annotations

import random
import unicodedata
from typing import Final, NamedTuple


class Habit(NamedTuple):
    """How a customer pays: between which days after the due date, and of a hundred invoices how many never."""

    earliest: int
    latest: int
    never: int


PROMPT: Final = Habit(-6, 2, 0)
USUAL: Final = Habit(-2, 12, 1)
SLOW: Final = Habit(8, 34, 4)
LATE: Final = Habit(25, 75, 14)


class Customer(NamedTuple):
    """One customer."""

    name: str
    first: str
    last: str
    email: str
    phone: str
    currency: str
    terms: int  #: days
    credit_limit: int  #: major units
    habit: Habit


_FIRMS: Final = {
    "EUR": (
        "Adler Werkzeugbau GmbH|Bergmann & Söhne|Castello Ceramica S.r.l.|Elbe Spedition|Falkner Medizintechnik|"
        "L'Étoile du Nord|Lindenhof Gärten|Łódź Tekstylia|Niño y Compañía|Nordwind Energie|Pfeiffer Orgelbau|"
        "Rhein Logistik|Jönköping Möbler|Halden Papier|Dornier Verpackung|Émilie Dubois SARL"
    ),
    "USD": (
        "Cedar Point Clinics|Granite State Supply|Hudson Cold Storage|Maple Ridge Schools|Pacific Crest Tools|"
        "Redstone Brewing|Union Square Cafés|D'Angelo & Sons|Ibex Outdoor|Quarry Lane Builders|Prairie Wind Farms"
    ),
    "GBP": (
        "O'Brien's Bakery|Birchwood Joinery|Brightwater Utilities|Calder Valley Dairy|Eastgate Print|Fairline Yachts|"
        "Harbour Lights Hotel|Kestrel Aviation Parts|Saltmarsh Foods|Thames Glassworks"
    ),
    "JPY": "Yamato Instruments|Sakura Optics|Minato Trading",
}
_PEOPLE: Final = (
    "Dana Fischer|Omar Haddad|Ruth Keller|Paul Nováček|Grace Mensah|Siobhán O'Neill|Lea Brandt|Kenji Mori|Zoë Martínez|"
    "André Lefèvre|Agnieszka Wójcik|Tom D'Arcy|Chloé Girard|Jürgen Groß|María Núñez|Hana Sato|Björn Åkesson|Amy Clarke"
)
_PHONES: Final = {
    "EUR": "+49 30 23125 1",
    "USD": "+1 202 555 01",
    "GBP": "+44 20 7946 0",
    "JPY": "+81 3 5550 01",
}


def customers(rng: random.Random) -> list[Customer]:
    """Return forty customers; the same for the same state of `rng`."""
    people = _PEOPLE.split("|")
    named = [(name, currency) for currency, names in _FIRMS.items() for name in names.split("|")]
    return [_customer(rng, number, name, currency, people) for number, (name, currency) in enumerate(named)]


def _customer(rng: random.Random, number: int, name: str, currency: str, people: list[str]) -> Customer:
    first, _, last = people[number % len(people)].partition(" ")
    host = _ascii(name.split(maxsplit=1)[0])
    return Customer(
        name,
        first,
        last,
        f"{_ascii(first)}.{_ascii(last)}@{host}.example",
        f"{_PHONES[currency]}{number:02d}",
        currency,
        rng.choice((14, 30, 30, 30, 45, 60)),
        rng.randrange(20, 120) * (100_000 if currency == "JPY" else 1000),
        rng.choices((PROMPT, USUAL, SLOW, LATE), weights=(30, 40, 20, 10))[0],
    )


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("Ł", "L").replace("ß", "ss"))
    return "".join(c for c in plain.lower() if c.isascii() and c.isalpha())
