"""Exchange rates to the base currency. A missing rate stays missing: a figure says so, it never guesses."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from arc_sheets import money
from arc_sheets.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from arc_sheets.frames import Ints

_ONE: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class Rates:
    """What one unit of each currency is worth in units of the base currency, on one day.

    `to_base` counts major units: 0.92 for USD with base EUR means 1 USD = 0.92 EUR. Raises `ConfigError`
    for an unknown currency, a rate that is not positive, or another rate than 1 for the base itself.
    """

    base: str
    to_base: Mapping[str, Decimal] = field(default_factory=dict)
    on: date | None = None  #: the day of the rates, None where only the base is used

    def __post_init__(self) -> None:
        for currency in (self.base, *self.to_base):
            if currency not in money.CURRENCIES:
                raise ConfigError(f"{currency} is no currency code; write one such as EUR in the rates.")
        for currency, rate in self.to_base.items():
            if not (rate.is_finite() and rate > 0):
                raise ConfigError(f"The rate of {currency} is {rate}; write a number above zero.")
        if self.to_base.get(self.base, Decimal(1)) != 1:
            raise ConfigError(f"The rate of {self.base}, the base currency, must be 1; remove it or write 1.")

    def has(self, currency: str) -> bool:
        """Say whether amounts of this currency can be converted."""
        return currency == self.base or currency in self.to_base

    def missing(self, currencies: tuple[str, ...]) -> tuple[str, ...]:
        """Return the currencies without a rate, in alphabetical order."""
        return tuple(sorted({c for c in currencies if not self.has(c)}))

    def convert(self, minor: int, currency: str) -> int | None:
        """Return minor units of the base currency, rounded half to even; None without a rate."""
        ratio = self._ratio(currency)
        return None if ratio is None else round(minor * ratio)

    def convert_all(self, minor: Ints, currency: str) -> Ints | None:
        """Convert every amount of an array as `convert` does, each rounded on its own."""
        ratio = self._ratio(currency)
        if ratio is None or ratio == 1:
            return None if ratio is None else minor
        top, bottom = ratio.numerator, ratio.denominator
        largest = int(np.abs(minor).max(initial=0))
        if max(largest * top, bottom) >= 2**62:  # beyond 64 bits Python's own whole numbers go on
            return np.array([round(m * ratio) for m in minor.tolist()], dtype=np.int64).reshape(minor.shape)
        whole, rest = np.divmod(minor * top, bottom)
        up = (2 * rest > bottom) | ((2 * rest == bottom) & (whole % 2 == 1))
        rounded: Ints = whole + up
        return rounded

    def _ratio(self, currency: str) -> Fraction | None:
        """Return base minor units for one minor unit, exactly."""
        if currency == self.base:
            return _ONE
        if not self.has(currency):
            return None
        shift = money.exponent(self.base) - money.exponent(currency)
        return Fraction(self.to_base.get(currency, Decimal(1))) * Fraction(10) ** shift
