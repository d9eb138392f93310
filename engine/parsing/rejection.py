"""What intake says of rows and cells: refused, taken with a remark, ignored, proposed as a duplicate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.codes import Code


class RejectionCode(Code):
    """Why a row or a cell was refused. A refused cell is "not known"; its row goes on."""

    NO_IDENTITY = "no_identity"
    LONGER_THAN_HEADER = "longer_than_header"
    BROKEN_FORMULA = "broken_formula"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    OUT_OF_RANGE = "out_of_range"
    RANGE_OF_NUMBERS = "range_of_numbers"
    AMBIGUOUS_NUMBER = "ambiguous_number"
    AMBIGUOUS_SHARE = "ambiguous_share"
    UNKNOWN_MEASURE = "unknown_measure"
    MONEY_WITHOUT_UNIT = "money_without_unit"
    AMBIGUOUS_MONEY = "ambiguous_money"
    FOREIGN_CURRENCY = "foreign_currency"
    NOT_A_DATE = "not_a_date"
    IMPOSSIBLE_DATE = "impossible_date"
    FUTURE_DATE = "future_date"
    AMBIGUOUS_DATE = "ambiguous_date"
    NOT_A_FLAG = "not_a_flag"
    NOT_DIGITS = "not_digits"
    WRONG_LENGTH = "wrong_length"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    PERSON_ID = "person_id"
    UNKNOWN_STATUS = "unknown_status"
    EVENT_NOT_STATUS = "event_not_status"
    UNKNOWN_CAUSE = "unknown_cause"
    UNKNOWN_DEAL_FORM = "unknown_deal_form"
    UNKNOWN_PROVINCE = "unknown_province"
    UNKNOWN_COUNTY = "unknown_county"
    AMBIGUOUS_COUNTY = "ambiguous_county"
    COUNTY_OUTSIDE_PROVINCE = "county_outside_province"
    UNKNOWN_ISIC = "unknown_isic"
    NO_CREDITOR = "no_creditor"
    DEBT_WITHOUT_AMOUNT = "debt_without_amount"
    NO_MACHINE = "no_machine"
    OF_A_PERSON = "of_a_person"


class NoteCode(Code):
    """What a reader should know of a value that was taken."""

    APPROXIMATE = "approximate"
    SPELLING_CORRECTED = "spelling_corrected"
    GUESSED_COUNTY = "guessed_county"
    COUNTY_OF_OTHER_PROVINCE = "county_of_other_province"
    PART_NOT_UNDERSTOOD = "part_not_understood"
    CENTURY_ADDED = "century_added"
    SECTOR_FROM_WORDS = "sector_from_words"
    SERIAL_DATE = "serial_date"
    STATUS_FROM_EVENT = "status_from_event"
    SINCE_LEFT_OUT = "since_left_out"
    CREDITOR_NOT_KEPT = "creditor_not_kept"
    EXCHANGED = "exchanged"
    IMPLAUSIBLE = "implausible"
    QUOTE_NOT_CLOSED = "quote_not_closed"
    ISIC_TRANSLATED = "isic_translated"
    ISIC_KEPT_ASIDE = "isic_kept_aside"
    SECTOR_DISAGREES = "sector_disagrees"
    STOP_AGAINST_IDLE_TIME = "stop_against_idle_time"
    STOPPED_BEFORE_ESTABLISHED = "stopped_before_established"
    IDLE_LONGER_THAN_AGE = "idle_longer_than_age"
    CAUSE_WITHOUT_DEBT = "cause_without_debt"
    STOPPED_YET_OPERATING = "stopped_yet_operating"


class SheetNote(Code):
    """What a reader of a workbook might not see of it."""

    HIDDEN_COLUMN = "hidden_column"
    HIDDEN_SHEET = "hidden_sheet"
    HIDDEN_ROW = "hidden_row"
    NOT_COMPUTED = "not_computed"
    LONG_LAYOUT = "long_layout"
    NAMELESS_COLUMN = "nameless_column"
    SECOND_COLUMN = "second_column"


class IgnoredRow(Code):
    """Rows that are no units."""

    TITLE = "title"
    HEADER = "header"
    REPEATED_HEADER = "repeated_header"
    NUMBERING = "numbering"
    BLANK = "blank"
    TOTAL = "total"
    NOTE = "note"
    GROUP = "group"


class DuplicateReason(Code):
    """Why two rows are proposed for merging."""

    SAME_BUSINESS_ID = "same_business_id"
    SAME_NATIONAL_ID = "same_national_id"
    SAME_NAME = "same_name"
    SAME_BARE_NAME = "same_bare_name"
    ALL_BUT_NAME = "all_but_name"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A cell that cannot be read: returned where a value was expected.

    Parameters
    ----------
    code
        Why.
    facts
        What the text of the code names: what is allowed, the nearest, the latest day.
    """

    code: RejectionCode
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remarked:
    """A value that was taken, with a remark.

    Parameters
    ----------
    reading
        The value.
    code, facts
        The remark and what its text names.
    """

    reading: Any
    code: NoteCode
    facts: Mapping[str, Any] = field(default_factory=dict)
