"""One error type: a code and the facts that its text needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

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
    REGISTER_NOT_EMPTY = "register_not_empty"
    FILE_NOT_AS_NAMED = "file_not_as_named"
    UPLOAD_UNKNOWN = "upload_unknown"
    UNIT_WITHOUT_SCORE = "unit_without_score"
    NOT_PUBLISHABLE = "not_publishable"
    NO_CASH_FLOW = "no_cash_flow"
    UNKNOWN_OPTION = "unknown_option"
    OPTION_MISSING = "option_missing"
    OPTIONS_DO_NOT_MIX = "options_do_not_mix"
    VALUE_UNREADABLE = "value_unreadable"
    TEXT_TOO_LONG = "text_too_long"
    FILE_NOT_FOUND = "file_not_found"
    FILE_NOT_WRITTEN = "file_not_written"
    FILE_EXISTS = "file_exists"
    FILE_UNREADABLE = "file_unreadable"
    FILE_WITHOUT_KEYS = "file_without_keys"
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
    NO_ROWS = "no_rows"
    HEADER_NOT_UNDERSTOOD = "header_not_understood"
    NOT_UNITS = "not_units"
    LIES_ON_ITS_SIDE = "lies_on_its_side"
    TABLES_SIDE_BY_SIDE = "tables_side_by_side"
    COLUMNS_NOT_TOLD_APART = "columns_not_told_apart"
    NO_MODEL = "no_model"
    MODEL_WAITS = "model_waits"
    INTERNAL_NOT_WRITTEN = "internal_not_written"
    MODEL_FILE_MISSING = "model_file_missing"
    NOT_A_MODEL = "not_a_model"
    MODEL_CHANGED = "model_changed"
    MODEL_IS_LINK = "model_is_link"
    GATES_SHUT = "gates_shut"
    CHAMPION_CHANGED = "champion_changed"
    SEARCH_FOUND_NOTHING = "search_found_nothing"
    JOURNAL_UNREADABLE = "journal_unreadable"
    TRACKING_FAILED = "tracking_failed"
    TRACKING_NEWER = "tracking_newer"
    TRACKING_UNREACHABLE = "tracking_unreachable"
    TRAINING_UNDER_WAY = "training_under_way"
    LEARNER_UNKNOWN = "learner_unknown"
    LEARNER_FAILED = "learner_failed"
    LEARNER_SLOW = "learner_slow"
    LEARNER_LENGTH = "learner_length"
    LEARNER_PROBABILITY = "learner_probability"
    LEARNER_PEEKS = "learner_peeks"
    NO_CHALLENGER = "no_challenger"
    UNKNOWN_MODEL = "unknown_model"
    MODEL_FORMAT_OTHER = "model_format_other"
    NEVER_PROMOTED = "never_promoted"
    NO_EARLIER_CHAMPION = "no_earlier_champion"
    REASON_MISSING = "reason_missing"
    NOTHING_RANKED = "nothing_ranked"
    NOTHING_JUDGED = "nothing_judged"
    PORT_IN_USE = "port_in_use"
    LISTENING_REFUSED = "listening_refused"
    SCHEMA_MISMATCH = "schema_mismatch"
    TOO_FEW_ROWS = "too_few_rows"
    TOO_FEW_OUTCOMES = "too_few_outcomes"
    PRIOR_ONLY_OF_UNITS = "prior_only_of_units"
    NO_PRICE_INDEX = "no_price_index"
    DATABASE_FAILED = "database_failed"
    DISK_FULL = "disk_full"
    REGISTER_BUSY = "register_busy"
    FOLDER_UNUSABLE = "folder_unusable"
    DATABASE_ADDRESS_UNREADABLE = "database_address_unreadable"
    HOST_NAME_MISSING = "host_name_missing"
    KEYS_MISSING = "keys_missing"
    FOLDER_NOT_OURS = "folder_not_ours"
    DATABASE_NEWER = "database_newer"
    DATABASE_FOREIGN = "database_foreign"
    BACKUP_TOO_LARGE = "backup_too_large"
    BACKUP_ELSEWHERE = "backup_elsewhere"
    NOT_A_BACKUP = "not_a_backup"
    BACKUP_DAMAGED = "backup_damaged"
    REGISTER_UNSOUND = "register_unsound"
    REGISTER_ELSEWHERE_NOT_EMPTY = "register_elsewhere_not_empty"
    REGISTER_IN_USE = "register_in_use"
    ALREADY_MERGED = "already_merged"
    NOT_MERGED = "not_merged"
    NAME_ALONE = "name_alone"
    NOT_DISTINCT = "not_distinct"
    ORIGINS_DIFFER = "origins_differ"
    UNKNOWN_IMPORT = "unknown_import"
    IMPORT_UNDONE = "import_undone"
    UNKNOWN_EVENT = "unknown_event"
    EVENT_WITHDRAWN = "event_withdrawn"
    EVENT_NOT_STANDING = "event_not_standing"
    NOTHING_DECIDED = "nothing_decided"
    FIELD_NOT_STATED = "field_not_stated"
    SOURCE_SILENT = "source_silent"
    SOURCE_RESERVED = "source_reserved"
    OUTCOME_KNOWN_TOO_EARLY = "outcome_known_too_early"
    OUTCOME_BEFORE_ESTABLISHED = "outcome_before_established"
    OUTCOME_BEFORE_STOP = "outcome_before_stop"
    OUTCOME_OUT_OF_RANGE = "outcome_out_of_range"
    OUTCOME_ACT_MISSING = "outcome_act_missing"
    OUTCOME_DETAIL_MISPLACED = "outcome_detail_misplaced"
    MANDATE_KEY_UNKNOWN = "mandate_key_unknown"
    MANDATE_KEY_UNLIKE = "mandate_key_unlike"
    MANDATE_KEY_MISSING = "mandate_key_missing"
    MANDATE_VALUE_REFUSED = "mandate_value_refused"
    MANDATE_CONTRADICTION = "mandate_contradiction"
    MANDATE_REPEATED = "mandate_repeated"
    PROJECT_KEY_UNKNOWN = "project_key_unknown"
    PROJECT_KEY_MISSING = "project_key_missing"
    PROJECT_VALUE_REFUSED = "project_value_refused"
    GATE_UNKNOWN = "gate_unknown"
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
    PRICE_YEAR_WITHOUT_LEVEL = "price_year_without_level"
    PACKAGE_OUT_OF_TIME = "package_out_of_time"
    PACKAGE_LOTS_OUT_OF_TIME = "package_lots_out_of_time"
    PACKAGE_SOLVER_FAILED = "package_solver_failed"
    PACKAGE_UNKNOWN = "package_unknown"
    MEETINGS_KEY_UNKNOWN = "meetings_key_unknown"
    MEETINGS_VALUE_REFUSED = "meetings_value_refused"
    MEETINGS_NOBODY = "meetings_nobody"
    MEETINGS_PARTY_UNKNOWN = "meetings_party_unknown"
    MEETINGS_PARTY_TWICE = "meetings_party_twice"
    MEETINGS_DAY_UNREADABLE = "meetings_day_unreadable"
    MEETINGS_UNREADABLE = "meetings_unreadable"
    MEETINGS_UNKNOWN = "meetings_unknown"
    MEETINGS_EXIST = "meetings_exist"
    MEETINGS_CHANGED = "meetings_changed"
    MEETINGS_WITHOUT_MANDATES = "meetings_without_mandates"
    PACKAGE_FROZEN = "package_frozen"
    LOGO_REFUSED = "logo_refused"
    PACKAGE_NOT_FROZEN = "package_not_frozen"
    KEY_NAMED = "key_named"
    KEY_UNKNOWN = "key_unknown"
    KEY_REVOKED = "key_revoked"
    PERSON_EXISTS = "person_exists"
    SESSION_UNKNOWN = "session_unknown"
    BANK_ASK_UNKNOWN = "bank_ask_unknown"
    BANK_ASK_ANSWERED = "bank_ask_answered"
    UNIT_GONE = "unit_gone"
    BANK_WITHOUT_CLAIM = "bank_without_claim"
    MEETING_NOT_MOVED = "meeting_not_moved"
    INVITATION_UNKNOWN = "invitation_unknown"
    INVITATION_ENDED = "invitation_ended"
    DOCUMENT_UNKNOWN = "document_unknown"
    DOCUMENT_REFUSED = "document_refused"
    VIEW_UNKNOWN = "view_unknown"
    PERSON_UNKNOWN = "person_unknown"
    PERSON_DISABLED = "person_disabled"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105 (the name of a refusal)
    NOT_AGREED = "not_agreed"
    INVESTOR_MISSING = "investor_missing"
    INVESTOR_UNKNOWN = "investor_unknown"
    EVENT_RECORD_UNREADABLE = "event_record_unreadable"
    EVENT_TERM_REFUSED = "event_term_refused"
    WISH_KEY_UNKNOWN = "wish_key_unknown"
    WISH_VALUE_REFUSED = "wish_value_refused"
    WISH_CONTRADICTION = "wish_contradiction"
    WISHES_OF_ANOTHER = "wishes_of_another"
    MANDATE_UNKNOWN = "mandate_unknown"
    MANDATE_EXISTS = "mandate_exists"
    MANDATE_CHANGED = "mandate_changed"
    LIST_UNKNOWN = "list_unknown"
    KEPT_ENOUGH = "kept_enough"
    JOB_UNKNOWN = "job_unknown"
    JOB_TAKEN = "job_taken"
    JOB_GIVEN_UP = "job_given_up"
    WEBHOOK_UNKNOWN = "webhook_unknown"
    WEBHOOKS_TOO_MANY = "webhooks_too_many"
    MESSAGE_UNKNOWN = "message_unknown"
    ADDRESS_REFUSED = "address_refused"
    NOT_ON_LIST = "not_on_list"
    REACTION_REFUSED = "reaction_refused"
    REQUEST_REFUSED = "request_refused"
    REQUEST_TEXT_REFUSED = "request_text_refused"
    REQUEST_UNKNOWN = "request_unknown"
    REQUEST_ANSWERED = "request_answered"
    REQUEST_WITHDRAWN = "request_withdrawn"
    REQUESTS_ENOUGH = "requests_enough"
    IDEMPOTENCY_KEY_USED = "idempotency_key_used"
    NO_SHARDS = "no_shards"
    SHARD_TORN = "shard_torn"
    SHARD_OF_ANOTHER_SCHEMA = "shard_of_another_schema"
    SHARD_TWICE = "shard_twice"
    SHARD_NOT_UNITS = "shard_not_units"
    NO_REGISTERS = "no_registers"
    REGISTER_TWICE = "register_twice"
    OPTION_OF_ONE_FILE = "option_of_one_file"
    UNIT_IN_TWO_SHARDS = "unit_in_two_shards"
    SHARDS_OF_ANOTHER_JOB = "shards_of_another_job"
    SHARDS_UNDER_WAY = "shards_under_way"
    CLUSTER_NOT_INSTALLED = "cluster_not_installed"
    CLUSTER_UNREACHABLE = "cluster_unreachable"
    CLUSTER_WITHOUT_WORKERS = "cluster_without_workers"
    CLUSTER_OF_OTHER_VERSIONS = "cluster_of_other_versions"
    CLUSTER_LOST = "cluster_lost"
    POOL_FILE_REFUSED = "pool_file_refused"
    POOL_TOO_FEW = "pool_too_few"
    POOL_TOO_ALIKE = "pool_too_alike"
    POOL_TWICE = "pool_twice"
    POOL_OF_ANOTHER_TABLE = "pool_of_another_table"
    POOL_OF_ANOTHER_ORIGIN = "pool_of_another_origin"
    POOL_PROVINCE_UNCLEAR = "pool_province_unclear"
    POOL_NOTHING_TOLD = "pool_nothing_told"
    NATIONAL_NEEDS_POSTGRES = "national_needs_postgres"
    NATIONAL_NAME_REFUSED = "national_name_refused"
    NATIONAL_ROLE_UNKNOWN = "national_role_unknown"
    NATIONAL_IN_PUBLIC = "national_in_public"
    OFFICE_NOT_GRANTED = "office_not_granted"
    NO_OFFICE_GRANTED = "no_office_granted"
    OFFICES_WITHOUT_UNITS = "offices_without_units"
    OFFICE_OF_ANOTHER_VERSION = "office_of_another_version"


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

    def __reduce__(self) -> tuple[object, ...]:
        """What a worker in another process sends back."""
        return _again, (type(self), self.code, self.facts)


def _again(kind: type[EhyaError], code: ErrorCode, facts: dict[str, object]) -> EhyaError:
    return kind(code, **facts)


class SeveralError(EhyaError):
    """Several things of one form or file that a person can mend, told together; its code and facts are the first's.

    Parameters
    ----------
    errors
        What is wrong, each once, at least one.

    Examples
    --------
    >>> both = [EhyaError(ErrorCode.PLACE_UNKNOWN, given="x"), EhyaError(ErrorCode.SECTOR_UNKNOWN, given="y")]
    >>> wrong = SeveralError(both)
    >>> wrong.code.value, [one.code.value for one in wrong.errors]
    ('place_unknown', ['place_unknown', 'sector_unknown'])
    """

    def __init__(self, errors: Sequence[EhyaError]) -> None:
        super().__init__(errors[0].code, **errors[0].facts)
        self.errors = tuple(errors)

    def __reduce__(self) -> tuple[object, ...]:
        """What a worker in another process sends back."""
        return SeveralError, (self.errors,)


def errors_in(error: EhyaError) -> tuple[EhyaError, ...]:
    """What an error tells of: several things, or itself."""
    return error.errors if isinstance(error, SeveralError) else (error,)


def refuse_together(checks: Iterable[Callable[[], object]]) -> None:
    """Carry out all checks, so that whoever filled a form hears at once of everything that is wrong.

    Raises
    ------
    EhyaError
        What one of them raises; of several, `SeveralError`.
    """
    found: dict[str, EhyaError] = {}
    for check in checks:
        try:
            check()
        except EhyaError as error:
            found |= {str(one): one for one in errors_in(error)}
    if len(found) > 1:
        raise SeveralError(list(found.values()))
    for only in found.values():
        raise only
