"""Each seeded bug of the emulator turns a named test red; without it the test is green."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import test_emulator_google_batch as batch
from tests import test_emulator_google_drive as drive
from tests import test_emulator_google_values as values
from tests.emulators.google import GoogleEmulator
from tests.emulators.google.mutants import MUTANTS
from tests.emulators.google_api import Api, Refusal

SEEN_BY: dict[str, Callable[[Api], None]] = {
    "append starts at the leftmost cell": values.test_append_goes_below_the_last_table_and_so_drifts_right_after_a_gap,
    "null overwrites": values.test_null_leaves_a_cell_and_an_empty_text_clears_it,
    "empty rows at the end are kept": values.test_empty_cells_at_the_end_are_left_out_and_those_between_are_empty_texts,
    "USER_ENTERED is not parsed": values.test_user_entered_makes_formulas_dates_and_numbers_of_texts,
    "a range names sheet 0": batch.test_a_range_on_the_first_sheet_does_not_name_it,
    "a sort ignores DESCENDING": batch.test_a_sort_puts_numbers_before_texts_and_blanks_last_either_way,
    "a delete is off by one": batch.test_deleted_rows_take_their_metadata_along,
    "all sheets can be hidden": batch.test_one_sheet_stays_and_one_stays_visible,
    "unformatted values are texts": values.test_a_batch_read_is_of_one_state,
    "404 is 400": drive.test_a_deleted_file_is_not_found,
    "RAW is parsed like USER_ENTERED": values.test_raw_keeps_every_text_as_it_is,
    "a batch is not atomic": batch.test_a_batch_is_done_whole_or_not_at_all,
    "an insert shifts no metadata and no ranges": batch.test_inserted_rows_shift_metadata_names_and_formulas,
    "a merge keeps covered values": batch.test_a_merge_keeps_the_first_value_and_clears_the_covered_ones,
    "clear drops formats": values.test_clear_takes_the_values_and_leaves_formats_notes_and_rules,
    "there is no grid limit": values.test_a_start_outside_the_grid_is_refused,
}


def passes(test: Callable[[Api], None]) -> bool:
    try:
        with GoogleEmulator() as google:
            test(Api(google).made())
    except (AssertionError, pytest.fail.Exception, Refusal, KeyError, IndexError):
        return False
    return True


@pytest.mark.parametrize("bug", MUTANTS)
def test_a_seeded_bug_is_seen(bug: str) -> None:
    assert passes(SEEN_BY[bug])
    with MUTANTS[bug]():
        assert not passes(SEEN_BY[bug])
