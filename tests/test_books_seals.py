from __future__ import annotations

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from arc_sync.books.seals import is_ours, seal


@example(32.634506276804046)  # its sixteen digits end in five: rounded to fifteen they go the other way
@given(st.floats(min_value=-1e12, max_value=1e12, allow_subnormal=False))
def test_a_figure_is_known_again_in_the_digits_of_any_writer(figure: float) -> None:
    for written in (repr(figure), f"{figure:.16G}", f"{figure:.15G}"):
        assert is_ours(Decimal(written), {seal(figure)})


def test_another_figure_is_not() -> None:
    assert not is_ours(Decimal("32.63"), {seal(32.64)})
    assert not is_ours(Decimal("32.6345062769"), {seal(32.6345062768)})
