"""One error type: a code and the facts that its text needs."""

from __future__ import annotations

from engine.codes import Code


class ErrorCode(Code):
    """Why a request as a whole could not be carried out (a bad row is a ``Rejection``, not an error)."""

    UNKNOWN_TABLE = "unknown_table"
    UNKNOWN_COLUMN = "unknown_column"
    REFERENCE_REFUSED = "reference_refused"
    REFERENCE_COLUMN_UNKNOWN = "reference_column_unknown"
    REFERENCE_VALUE_UNKNOWN = "reference_value_unknown"
    UNKNOWN_UNIT = "unknown_unit"
    REGISTER_EMPTY = "register_empty"
    UNIT_WITHOUT_SCORE = "unit_without_score"
    UNKNOWN_OPTION = "unknown_option"
    OPTION_MISSING = "option_missing"
    VALUE_UNREADABLE = "value_unreadable"
    FILE_NOT_FOUND = "file_not_found"
    FILE_NOT_WRITTEN = "file_not_written"
    FILE_UNREADABLE = "file_unreadable"
    NOT_A_REGULAR_FILE = "not_a_regular_file"
    ENCODING_UNCERTAIN = "encoding_uncertain"
    LINE_UNREADABLE = "line_unreadable"
    FILE_PROTECTED = "file_protected"
    FILE_EMPTY = "file_empty"
    FILE_OVER_LIMIT = "file_over_limit"
    CELL_TOO_FAR = "cell_too_far"
    FILE_DECLARES_ENTITIES = "file_declares_entities"
    COLUMN_NOT_PLAIN = "column_not_plain"
    MAPPING_UNREADABLE = "mapping_unreadable"
    FORMAT_NOT_READ = "format_not_read"
    NOT_A_TABLE = "not_a_table"
    UNKNOWN_SHEET = "unknown_sheet"
    NO_HEADER = "no_header"
    HEADER_NOT_UNDERSTOOD = "header_not_understood"
    NOT_UNITS = "not_units"
    LIES_ON_ITS_SIDE = "lies_on_its_side"
    TABLES_SIDE_BY_SIDE = "tables_side_by_side"
    NO_MODEL = "no_model"
    INTERNAL_NOT_WRITTEN = "internal_not_written"
    MODEL_FILE_MISSING = "model_file_missing"
    NOT_A_MODEL = "not_a_model"
    MODEL_CHANGED = "model_changed"
    MODEL_IS_LINK = "model_is_link"
    GATES_SHUT = "gates_shut"
    SEARCH_FOUND_NOTHING = "search_found_nothing"
    JOURNAL_UNREADABLE = "journal_unreadable"
    TRACKING_FAILED = "tracking_failed"
    NO_CHALLENGER = "no_challenger"
    UNKNOWN_MODEL = "unknown_model"
    MODEL_FORMAT_OTHER = "model_format_other"
    NEVER_PROMOTED = "never_promoted"
    NO_EARLIER_CHAMPION = "no_earlier_champion"
    REASON_MISSING = "reason_missing"
    NOTHING_JUDGED = "nothing_judged"
    PORT_IN_USE = "port_in_use"
    LISTENING_REFUSED = "listening_refused"
    SCHEMA_MISMATCH = "schema_mismatch"
    TOO_FEW_ROWS = "too_few_rows"
    TOO_FEW_OUTCOMES = "too_few_outcomes"
    NO_PRICE_INDEX = "no_price_index"
    DATABASE_FAILED = "database_failed"
    FOLDER_UNUSABLE = "folder_unusable"
    DATABASE_ADDRESS_UNREADABLE = "database_address_unreadable"
    NOT_LOOPBACK = "not_loopback"
    FOLDER_NOT_OURS = "folder_not_ours"
    DATABASE_NEWER = "database_newer"
    DATABASE_FOREIGN = "database_foreign"
    BACKUP_ELSEWHERE = "backup_elsewhere"
    NOT_A_BACKUP = "not_a_backup"
    BACKUP_DAMAGED = "backup_damaged"
    REGISTER_UNSOUND = "register_unsound"
    REGISTER_IN_USE = "register_in_use"
    ALREADY_MERGED = "already_merged"
    NOT_MERGED = "not_merged"
    NOT_DISTINCT = "not_distinct"
    ORIGINS_DIFFER = "origins_differ"
    UNKNOWN_IMPORT = "unknown_import"
    IMPORT_UNDONE = "import_undone"
    UNKNOWN_EVENT = "unknown_event"
    EVENT_NOT_STANDING = "event_not_standing"
    NOTHING_DECIDED = "nothing_decided"
    FIELD_NOT_STATED = "field_not_stated"
    SOURCE_SILENT = "source_silent"
    OUTCOME_KNOWN_TOO_EARLY = "outcome_known_too_early"
    OUTCOME_BEFORE_ESTABLISHED = "outcome_before_established"
    OUTCOME_BEFORE_STOP = "outcome_before_stop"
    OUTCOME_OUT_OF_RANGE = "outcome_out_of_range"
    MANDATE_KEY_UNKNOWN = "mandate_key_unknown"
    MANDATE_KEY_UNLIKE = "mandate_key_unlike"
    MANDATE_KEY_MISSING = "mandate_key_missing"
    MANDATE_VALUE_REFUSED = "mandate_value_refused"
    MANDATE_CONTRADICTION = "mandate_contradiction"
    MANDATE_REPEATED = "mandate_repeated"
    PROJECT_KEY_UNKNOWN = "project_key_unknown"
    PROJECT_KEY_MISSING = "project_key_missing"
    PROJECT_VALUE_REFUSED = "project_value_refused"
    PLACE_UNKNOWN = "place_unknown"
    PLACE_AMBIGUOUS = "place_ambiguous"
    SECTOR_UNKNOWN = "sector_unknown"
    SEVERAL_UNITS = "several_units"
    NOT_A_REJECTS_FILE = "not_a_rejects_file"
    REGISTER_FILE_CHANGED = "register_file_changed"
    CORRECTION_MISPLACED = "correction_misplaced"
    NO_CORRECTIONS = "no_corrections"
    PANEL_NEEDS_FIRST_DAY = "panel_needs_first_day"
    PANEL_TOO_FEW_UNITS = "panel_too_few_units"
    NOT_A_PANEL_FILE = "not_a_panel_file"
    PANEL_EXPERT_UNREADABLE = "panel_expert_unreadable"
    PANEL_UNKNOWN = "panel_unknown"
    PANEL_PAIRS_MISSING = "panel_pairs_missing"
    PANEL_PAIR_UNKNOWN = "panel_pair_unknown"
    PANEL_PAIR_ALTERED = "panel_pair_altered"
    PANEL_ANSWER_UNREADABLE = "panel_answer_unreadable"
    INFLUENCE_OUT_OF_REACH = "influence_out_of_reach"
    PACKAGE_KEY_UNKNOWN = "package_key_unknown"
    PACKAGE_VALUE_REFUSED = "package_value_refused"
    PACKAGE_CONTRADICTION = "package_contradiction"
    PACKAGE_WORTH_UNKNOWN = "package_worth_unknown"
    PACKAGE_OUT_OF_TIME = "package_out_of_time"
    PACKAGE_UNKNOWN = "package_unknown"
    PACKAGE_FROZEN = "package_frozen"


class EhyaError(Exception):
    """Something a person can mend; ``serving`` turns it into a sentence, an exit code or an HTTP problem.

    Parameters
    ----------
    code
        What went wrong.
    **facts
        What was given, what is allowed, what to do: the values that the texts of ``serving/i18n`` name.

    Examples
    --------
    >>> error = EhyaError(ErrorCode.UNKNOWN_TABLE, given="estate", allowed=["estates", "counties"], nearest="estates")
    >>> str(error)
    "unknown_table: given='estate' allowed=['estates', 'counties'] nearest='estates'"
    """

    def __init__(self, code: ErrorCode, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code.value}: " + " ".join(f"{name}={value!r}" for name, value in facts.items()))
