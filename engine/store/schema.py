"""Tables of the register, in types that SQLite and PostgreSQL both have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    select,
)
from sqlalchemy.types import TypeEngine

from engine.domain.unit import stored_dtypes

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

APPEND_ONLY = (
    "imports", "rejections", "sightings", "unit_values", "predictions", "events", "promotions", "showings",
    "duplicates", "merges", "unmerges", "confirmations", "pins", "withdrawals", "source_ranks",
    "undone_imports", "repeats", "event_revisions", "distinctions", "packages",
    "package_freezes", "keys", "key_revocations", "people", "passwords", "disablings", "agreements", "agreement_ends",
    "audit", "agreement_confirmations", "mandates", "mandate_withdrawals", "lists", "reactions",
    "requests", "request_answers", "request_withdrawals", "service_levels",
    "meeting_plans", "unit_wishes",
    "meeting_plans", "invitations", "invitation_ends",
)  # fmt: skip
"""Tables whose rows are never changed nor deleted; the database itself refuses."""

_COLUMN_TYPES: dict[str, type[TypeEngine[Any]]] = {
    "str": Text,
    "Int64": BigInteger,
    "float64": Double,
    "boolean": Boolean,
    "datetime64[s]": Date,
}

# SQLite numbers rows by itself only where the key's type is spelt INTEGER.
_ROW_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def _numbered() -> Column[int]:
    return Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True)


def _unit(name: str = "unit_id", *, key: bool = False) -> Column[str]:
    return Column(name, Text, ForeignKey("units.unit_id"), nullable=False, primary_key=key)


def _import(*, key: bool = False) -> Column[int]:
    return Column("import_id", _ROW_NUMBER, ForeignKey("imports.id"), nullable=False, primary_key=key)


units = Table(
    "units",
    metadata,
    Column("unit_id", Text, primary_key=True),
    Column("identity", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    *(Column(name, _COLUMN_TYPES[dtype], nullable=name != "origin") for name, dtype in stored_dtypes().items()),
    Column("extras", Text),
    UniqueConstraint("identity", "ordinal", "origin"),
)
"""What shows now: one row per unit, one column per field. ``extras`` is compact text (`engine.domain.extras`)."""

imports = Table(
    "imports",
    metadata,
    _numbered(),
    Column("source", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("as_of", Date),
    Column("imported_at", DateTime, nullable=False),
    Column("new_count", Integer, nullable=False),
    Column("updated_count", Integer, nullable=False),
    Column("unchanged_count", Integer, nullable=False),
    Column("rejected_row_count", Integer, nullable=False),
    Column("rejected_cell_count", Integer, nullable=False),
)
"""Files that were taken in. ``imported_at`` is UTC, its day is the day on which their contents became known.

``digest`` is the sha256 of what was read of the file, so that a workbook that was merely saved again is recognised.
"""

rejections = Table(
    "rejections",
    metadata,
    _numbered(),
    _import(),
    Column("sheet", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("column", Text),
    Column("field", Text),
    Column("code", Text, nullable=False),
    Column("given", Text),
    Index(None, "import_id"),
)
"""Rows and cells that were refused, as the intake reports them; a refused row has neither column nor field."""

undone_imports = Table(
    "undone_imports",
    metadata,
    Column("import_id", _ROW_NUMBER, ForeignKey("imports.id"), primary_key=True, autoincrement=False),
    Column("made_at", DateTime, nullable=False),
)
"""Imports that a person took back: nothing that they brought is read any more."""


def living(import_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Condition that a row belongs to an import that was not undone, or to none."""
    return import_id.is_(None) | import_id.not_in(select(undone_imports.c.import_id))


def _sighting() -> tuple[Column[Any], ...]:
    return (
        _unit(key=True),
        _import(key=True),
        Column("sheet", Text, nullable=False),
        Column("row", Integer, nullable=False),
        Column("as_of", Date),
        Column("source", Text),
        Column("confidence", Text),
        Column("price_year", BigInteger),
        Column("given", Text, nullable=False),
    )


sightings = Table("sightings", metadata, *_sighting())
"""Which row of which import spoke of a unit, and which fields it filled (``given``, joined by ``;``).

A field is as fresh as the newest sighting that gave it, also where that sighting only confirmed the value.
"""

repeats = Table("repeats", metadata, *_sighting())
"""Rows that said again what an earlier sighting had said, to the letter; they count only once that one is undone."""

unit_values = Table(
    "unit_values",
    metadata,
    _numbered(),
    Column("unit_id", Text, nullable=False),
    Column("import_id", _ROW_NUMBER, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("precision", Text),
    Column("shown", Boolean, nullable=False),
    ForeignKeyConstraint(["unit_id", "import_id"], ["sightings.unit_id", "sightings.import_id"]),
    Index(None, "unit_id"),
)
"""History of the fields; source, date and confidence stand in the sighting.

``shown`` is false for a value from an older record: it is kept beside the newer one and never showed.
"""

predictions = Table(
    "predictions",
    metadata,
    _numbered(),
    _unit(),
    Column("output", Text, nullable=False),
    Column("low", Double),
    Column("point", Double),
    Column("high", Double),
    Column("not_scorable", Text),
    Column("prior_driven", Boolean),
    Column("out_of_fold", Boolean),
    Column("model_version", Text, nullable=False),
    Column("model_data_until", Date),
    Column("as_of", Date, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Index(None, "unit_id"),
)

events = Table(
    "events",
    metadata,
    _numbered(),
    _unit(),
    Column("kind", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("happened_precision", Text, nullable=False),
    Column("known_on", Date, nullable=False),
    Column("capacity_share", Double),
    Column("jobs", Integer),
    Column("mandate_id", Text),
    Column("event", Text),
    Column("source", Text),
    Column("act", Text),
    Column("rial", BigInteger),
    Index(None, "unit_id"),
)

event_revisions = Table(
    "event_revisions",
    metadata,
    Column("event_id", _ROW_NUMBER, ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("replacement_id", _ROW_NUMBER, ForeignKey("events.id"), unique=True),
    Column("known_on", Date, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("reason", Text),
)
"""Events that do not hold any more from ``known_on`` on: another one replaces them, or none (withdrawn)."""

promotions = Table(
    "promotions",
    metadata,
    _numbered(),
    Column("model_version", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("promoted_at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("metrics", JSON, nullable=False),
)
"""Models that were put to work; ``digest`` is the sha256 of the artefact file. The last row is the champion."""

showings = Table(
    "showings",
    metadata,
    _numbered(),
    Column("run_id", Text, nullable=False),
    Column("mandate_id", Text, nullable=False),
    _unit(),
    Column("position", Integer, nullable=False),
    Column("propensity", Double),
    Column("shown_on", Date, nullable=False),
    Index(None, "unit_id"),
    Index(None, "run_id"),
)
"""Who was shown what, where and with which probability."""

duplicates = Table(
    "duplicates",
    metadata,
    _numbered(),
    _unit(),
    _unit("other_id"),
    Column("reason", Text, nullable=False),
    _import(),
    UniqueConstraint("unit_id", "other_id"),
)
"""Pairs of units that an import showed to be one perhaps, with the strongest reason."""

merges = Table(
    "merges",
    metadata,
    _numbered(),
    _unit("kept_id"),
    _unit("lost_id"),
    Column("made_at", DateTime, nullable=False),
    Column("import_id", _ROW_NUMBER, ForeignKey("imports.id")),
)
"""Units that a person found to be one: from ``made_at`` on the lost one shows as the kept one.

``import_id`` names the import that knew a unit again under a stronger identity, where it was no person.
"""

unmerges = Table(
    "unmerges",
    metadata,
    Column("merge_id", _ROW_NUMBER, ForeignKey("merges.id"), primary_key=True, autoincrement=False),
    Column("made_at", DateTime, nullable=False),
)
"""Merges that were undone."""

distinctions = Table(
    "distinctions",
    metadata,
    _numbered(),
    _unit(),
    _unit("other_id"),
    Column("holds", Boolean, nullable=False),
    Column("made_at", DateTime, nullable=False),
)
"""Pairs that a person found to be two units, the smaller name first; the last line of a pair says whether it holds."""

confirmations = Table(
    "confirmations",
    metadata,
    _numbered(),
    _unit(),
    Column("field", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("precision", Text),
    Column("confidence", Text, nullable=False),
    Column("source", Text),
    Column("as_of", Date, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Index(None, "unit_id"),
)
"""Values that a person reviewed or verified on a day, and against which source."""

pins = Table(
    "pins",
    metadata,
    _numbered(),
    _unit(),
    Column("field", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Index(None, "unit_id"),
)
"""Sources that a person chose for a field: what they say shows, whatever others say."""

withdrawals = Table(
    "withdrawals",
    metadata,
    _numbered(),
    Column("confirmation_id", _ROW_NUMBER, ForeignKey("confirmations.id"), unique=True),
    Column("pin_id", _ROW_NUMBER, ForeignKey("pins.id"), unique=True),
    Column("made_at", DateTime, nullable=False),
)
"""Confirmations and pins that were taken back; each line names one of either."""

source_ranks = Table(
    "source_ranks",
    metadata,
    _numbered(),
    Column("source", Text, nullable=False),
    Column("rank", Integer),
    Column("made_at", DateTime, nullable=False),
)
"""How much a source counts among others of the same day, 1 most; the last line of a source holds, empty for none."""

packages = Table(
    "packages",
    metadata,
    _numbered(),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("model_version", Text),
    Column("document", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    UniqueConstraint("name", "version"),
)
"""Packages as they were solved, each version whole.

``document`` is JSON: terms, seed, units with reasons, figures. ``inputs`` is all that it was computed from, packed, so
that it can be computed again; ``digest`` is the sha256 of the document.
"""

package_freezes = Table(
    "package_freezes",
    metadata,
    Column("package_id", _ROW_NUMBER, ForeignKey("packages.id"), primary_key=True, autoincrement=False),
    Column("role", Text, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("note", Text),
    Column("made_at", DateTime, nullable=False),
)
"""Packages that a person signed off, by office and date; a second one of the same package is refused by the key."""

meeting_plans = Table(
    "meeting_plans",
    metadata,
    _numbered(),
    Column("event", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
    UniqueConstraint("event", "version"),
)
"""Plans of the meetings of events, each version whole; ``document`` is JSON, ``digest`` its sha256."""

unit_wishes = Table(
    "unit_wishes",
    metadata,
    _numbered(),
    _unit(),
    Column("side", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("stated_on", Date, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
)
"""What a side of a unit (its owner, its bank) wants of an investor; the last of a side holds, an empty one ends it."""

keys = Table(
    "keys",
    metadata,
    _numbered(),
    Column("key_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("investor", Text),
    Column("digest", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("expires_at", DateTime),
)
"""Keys for programs. ``digest`` is the sha256 of the whole key, which nobody keeps; ``key_id`` is its open part."""

key_revocations = Table(
    "key_revocations",
    metadata,
    Column("key_id", Text, ForeignKey("keys.key_id"), primary_key=True),
    Column("made_at", DateTime, nullable=False),
)
"""Keys that open nothing any more."""

views = Table(
    "views",
    metadata,
    _numbered(),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    UniqueConstraint("owner", "name"),
)
"""Lists that people look at again, by what they call them; forgotten when they say so."""

documents = Table(
    "documents",
    metadata,
    _numbered(),
    _unit(),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("removed_at", DateTime),
    Index(None, "unit_id"),
)
"""Files that lie with a unit; one that was removed stays until the register is packed, so that it can come back."""

people = Table(
    "people",
    metadata,
    _numbered(),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("investor", Text),
    Column("password", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("administers", Boolean, nullable=False, server_default=false()),
)
"""People who may sign in, by the name of an account; ``password`` is its argon2id hash with salt and costs."""

sessions = Table(
    "sessions",
    metadata,
    _numbered(),
    Column("session_id", Text, nullable=False, unique=True),
    Column("name", Text, ForeignKey("people.name"), nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("made_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    Index(None, "name"),
)
"""Browsers of people who signed in; ``digest`` is the sha256 of what they show."""

invitations = Table(
    "invitations",
    metadata,
    _numbered(),
    Column("invitation_id", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("investor", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
)
"""Links by which investors open an account of their own; ``digest`` is the sha256 of what the link holds."""

invitation_ends = Table(
    "invitation_ends",
    metadata,
    Column("invitation_id", Text, ForeignKey("invitations.invitation_id"), primary_key=True),
    Column("name", Text, ForeignKey("people.name")),
    Column("made_at", DateTime, nullable=False),
)
"""Invitations that let nobody in any more: ``name`` is the account that one was taken for, none where it was withdrawn.
A second end of one invitation is refused by the key."""

passwords = Table(
    "passwords",
    metadata,
    _numbered(),
    Column("name", Text, ForeignKey("people.name"), nullable=False),
    Column("password", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Index(None, "name"),
)
"""Passwords that took the place of an account's first; the newest opens it. Hashes, as in ``people``."""

disablings = Table(
    "disablings",
    metadata,
    Column("name", Text, ForeignKey("people.name"), primary_key=True),
    Column("made_at", DateTime, nullable=False),
)
"""Accounts that nobody signs in with any more; their names are not given out anew."""

agreements = Table(
    "agreements",
    metadata,
    _numbered(),
    Column("investor", Text, nullable=False),
    Column("package_id", _ROW_NUMBER, ForeignKey("packages.id"), nullable=False),
    Column("made_at", DateTime, nullable=False),
    Index(None, "investor"),
)
"""Investors who agreed not to disclose what they read of one version of a package."""

agreement_confirmations = Table(
    "agreement_confirmations",
    metadata,
    Column("agreement_id", _ROW_NUMBER, ForeignKey("agreements.id"), primary_key=True, autoincrement=False),
    Column("made_at", DateTime, nullable=False),
)
"""Agreements that the office confirmed; only under these more is shown."""

agreement_ends = Table(
    "agreement_ends",
    metadata,
    Column("agreement_id", _ROW_NUMBER, ForeignKey("agreements.id"), primary_key=True, autoincrement=False),
    Column("made_at", DateTime, nullable=False),
)
"""Agreements that were taken back: nothing more is shown under them."""

audit = Table(
    "audit",
    metadata,
    _numbered(),
    Column("made_at", DateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)
"""Who did what, each line bound to the one before it by ``hash`` (`engine.store.audit`); never a secret in it."""

mandates = Table(
    "mandates",
    metadata,
    _numbered(),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    UniqueConstraint("owner", "name", "version"),
)
"""Mandates that were saved, each version whole; ``document`` is JSON. Names are the owner's: two may use one."""

mandate_withdrawals = Table(
    "mandate_withdrawals",
    metadata,
    Column("mandate_id", _ROW_NUMBER, ForeignKey("mandates.id"), primary_key=True, autoincrement=False),
    Column("made_at", DateTime, nullable=False),
)
"""Versions after which a mandate was withdrawn; a later version puts it in force again."""

lists = Table(
    "lists",
    metadata,
    _numbered(),
    Column("list_id", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False),
    Column("mandate_id", _ROW_NUMBER, ForeignKey("mandates.id"), nullable=False),
    Column("run_id", Text, nullable=False),
    Column("stock_version", Text, nullable=False),
    Column("model_version", Text),
    Column("as_of", Date, nullable=False),
    Column("document", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("webhook_id", Text),
    Index(None, "owner"),
)
"""Shortlists that were kept, in their whole order; which places were shown stands in the showings under ``list_id``.

``webhook_id`` names the webhook whose message such a list was made for, where nobody asked for it.
"""

reactions = Table(
    "reactions",
    metadata,
    _numbered(),
    Column("owner", Text, nullable=False),
    Column("list_id", Text, ForeignKey("lists.list_id"), nullable=False),
    _unit(),
    Column("kind", Text, nullable=False),
    Column("reason", Text),
    Column("made_at", DateTime, nullable=False),
    Index(None, "owner"),
)
"""What investors said to units on their lists; the last line of a unit on a list holds."""

requests = Table(
    "requests",
    metadata,
    _numbered(),
    Column("request_id", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False),
    Column("list_id", Text, ForeignKey("lists.list_id"), nullable=False),
    _unit(),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("due_at", DateTime, nullable=False),
    Index(None, "owner"),
)
"""What investors asked about units on their lists, and until when it was to be answered as the level stood then."""

request_answers = Table(
    "request_answers",
    metadata,
    Column("request_id", _ROW_NUMBER, ForeignKey("requests.id"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
)
"""What the office answered; a second answer to one request is refused by the key."""

request_withdrawals = Table(
    "request_withdrawals",
    metadata,
    Column("request_id", _ROW_NUMBER, ForeignKey("requests.id"), primary_key=True, autoincrement=False),
    Column("made_at", DateTime, nullable=False),
)
"""Requests that their askers took back before they were answered."""

service_levels = Table(
    "service_levels",
    metadata,
    _numbered(),
    Column("days", Integer, nullable=False),
    Column("made_at", DateTime, nullable=False),
)
"""Days within which the office promises to answer requests; the last line holds for what is asked from then on."""

acknowledged = Table(
    "acknowledged",
    metadata,
    _numbered(),
    Column("actor", Text, nullable=False),
    Column("given", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    UniqueConstraint("actor", "given"),
)
"""Answers to writes by the idempotency key that came with them (``given``); forgotten after a day."""

jobs = Table(
    "jobs",
    metadata,
    _numbered(),
    Column("job_id", Text, nullable=False, unique=True),
    Column("actor", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("content", LargeBinary),
    Column("state", Text, nullable=False),
    Column("worker", Text),
    Column("result", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("moved_at", DateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("kind", Text, nullable=False, server_default="import"),
    Index(None, "state"),
)
"""Work that is done after its request was answered; ``content`` is the file given, dropped once the work is done."""

webhooks = Table(
    "webhooks",
    metadata,
    _numbered(),
    Column("webhook_id", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False),
    Column("mandate", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("former_secret", Text),
    Column("former_until", DateTime),
    Column("seen", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    Index(None, "owner"),
)
"""Where to say that the list of a saved mandate changed; ``seen`` is JSON: the list that was said last.

``secret`` signs messages, so that it is kept as it is: who reads the database can sign in our name, to nobody else.
"""

webhook_messages = Table(
    "webhook_messages",
    metadata,
    _numbered(),
    Column("message_id", Text, nullable=False, unique=True),
    Column("webhook_id", Text, ForeignKey("webhooks.webhook_id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", DateTime),
    Column("sent_at", DateTime),
    Column("answer", Text, nullable=False),
    Index(None, "due_at"),
)
"""What is to be said and was said; with neither ``due_at`` nor ``sent_at`` it was given up: a dead letter."""
