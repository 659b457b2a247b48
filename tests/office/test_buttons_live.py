"""The buttons once more, on cells that a live LibreOffice keeps: it decides what is typed, copied, hidden and shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.addin.test_buttons_kept import (  # noqa: F401  collected here, with the fixture of this module
    test_a_list_with_a_few_headings_of_a_pull_is_not_pulled_over,
    test_headings_that_were_typed_for_a_pull_are_pulled_under,
)
from tests.addin.test_buttons_meanwhile import (  # noqa: F401  same
    test_a_filter_that_is_set_while_the_question_is_open_is_heeded,
    test_a_word_typed_into_a_status_cell_meanwhile_is_not_lost_and_nothing_goes_twice,
    test_a_workbook_that_is_closed_before_the_answer_sends_nothing,
    test_a_workbook_that_is_closed_meanwhile_stops_the_push,
    test_rows_that_are_changed_while_the_question_is_open_are_not_sent,
)
from tests.addin.test_buttons_pull import (  # noqa: F401  same
    test_a_blank_sheet_is_filled_for_the_day_that_is_typed,
    test_a_sheet_of_something_else_is_left_alone,
    test_filters_may_be_typed_after_the_day,
    test_named_cells_say_day_and_filters_and_nobody_is_asked,
    test_order_lines_are_never_pulled_over,
    test_refresh_asks_the_same_again_and_brings_formulas_up_to_date,
    test_what_was_asked_is_offered_again_sheet_by_sheet,
)
from tests.addin.test_buttons_push import (  # noqa: F401  same
    test_a_copy_of_a_pushed_workbook_is_held,
    test_a_saved_workbook_stays_closed_to_a_second_push,
    test_a_second_press_while_one_runs_says_so_and_can_stop_it,
    test_a_workbook_closed_without_saving_gets_its_results_back_and_sends_nothing,
    test_an_accepted_line_stands_in_sheet_ledger_and_journal,
    test_an_answer_of_no_sends_nothing_and_leaves_the_sheet,
    test_check_tells_every_fault_and_writes_nothing,
    test_every_verdict_stands_beside_its_row,
    test_hidden_rows_are_left_out,
    test_push_shows_one_question_with_all_that_a_person_must_know,
    test_selected_rows_go_and_no_others,
)
from tests.addin.test_buttons_resolve import (  # noqa: F401  same
    test_a_line_of_another_workbook_is_released_by_its_ref,
    test_cancel_leaves_the_line_as_it_is,
    test_no_releases_the_line_and_the_next_push_sends_it,
    test_yes_confirms_the_line_and_it_is_never_sent_again,
)
from tests.addin.test_buttons_trouble import (  # noqa: F401  same
    test_a_cell_that_is_being_edited_is_waited_for,
    test_a_protected_sheet_is_said_before_anything_is_asked,
    test_rows_that_are_sorted_while_lines_are_on_their_way_get_no_foreign_results,
    test_without_komet_every_row_says_not_sent,
)
from tests.addin.test_buttons_workbooks import (  # noqa: F401  same
    test_numbers_typed_as_text_are_the_same_numbers,
    test_only_the_lines_of_a_table_are_order_lines_not_its_totals_and_what_stands_around_it,
    test_selected_rows_of_a_table_go,
    test_what_stands_beside_a_table_is_not_written_over_and_said_before_anything_is_sent,
)
from tests.support.desktop import Desktop, put, rows_of, statuses_of
from tests.support.desktop import desktop as desktop_over_openpyxl
from tests.support.orders import FIRST, ROSE
from tests.support.unoengine import CalcPages, calc_office

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.unoengine import CalcOffice

__all__ = ["calc_office", "desktop_over_openpyxl"]
pytestmark = pytest.mark.office


@dataclass
class LiveDesktop(Desktop):
    """A desktop whose workbooks are open in LibreOffice."""

    office: CalcOffice | None = None

    def cells(self, path: Path | None) -> Any:  # noqa: ANN401  what keeps the cells
        assert self.office is not None
        return CalcPages(self.office, path)


@pytest.fixture
def desktop(desktop_over_openpyxl: Desktop, calc_office: CalcOffice) -> LiveDesktop:
    """A person in front of a LibreOffice that Excel's buttons believe to be Excel."""
    plain = desktop_over_openpyxl
    made = LiveDesktop(plain.komet, plain.folder, plain.world, calc_office)
    made.world.make_cells = made.cells
    return made


def test_a_price_that_libreoffice_calculates_is_what_is_sent_and_may_move_while_lines_are_on_their_way(
    desktop: LiveDesktop,
) -> None:
    book = desktop.orders([(FIRST, ROSE, boxes, None) for boxes in (1, 2)])
    put(book, "orders", "J1", 2)
    book.sheets["orders"].range("D2:D3").formula = [["=$J$1+0.5"], ["=$J$1+0.25"]]

    def moves(text: str) -> None:
        if " order lines " in text:
            put(book, "orders", "J1", 3)
            desktop.world.on_bar = lambda _text: None

    desktop.world.on_alert = lambda prompt: setattr(desktop.world, "on_bar", moves) if "Send 2" in prompt else None
    desktop.press("push", "yes")

    assert statuses_of(book) == [1, 1]
    assert [str(each.price) for each in desktop.komet.ledger()] == ["2.50", "2.25"]
    assert rows_of(book)[1][3] == 3.5
