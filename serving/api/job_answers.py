"""Shapes of what is done after its request was answered: imports, and messages to webhooks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from engine.store import JobState
from serving.api.answers import Answer


class ImportProblem(Answer):
    """Why nothing was stored."""

    code: str
    message: str = Field(description="in the language of the request")


class ImportResultAnswer(Answer):
    """What became of a register."""

    dry_run: bool = Field(description="nothing was stored")
    rows_read: int
    accepted: int
    new: int = Field(description="units that were not there before")
    updated: int
    unchanged: int
    ignored_rows: int
    duplicates: int
    unknown_columns: list[str] = Field(description="headings that no field bears")
    personal_not_stored: list[str] = Field(
        description="headings of columns of persons, and of those of which cells of persons are left out"
    )
    rejected_rows: list[dict[str, Any]] = Field(description="row, sheet, code, message of each")
    rejected_cells: list[dict[str, Any]] = Field(description="row, sheet, column, given, code, message of each")
    notes: list[dict[str, Any]] = Field(description="cells that were taken with a remark")
    sheet_notes: list[dict[str, Any]] = Field(description="hidden columns and sheets, columns without values")


class ImportAnswer(Answer):
    """A register that was sent, and how far it is."""

    job_id: str
    name: str = Field(description="name of the file")
    bytes: int
    state: JobState = Field(description="it moves on by itself until it is done or refused: ask again each second")
    rows_read: int | None = Field(description="known once the file was read")
    made_at: datetime
    moved_at: datetime = Field(description="when it last moved on")
    problem: ImportProblem | None = Field(description="why nothing was stored; only of refused ones")
    result: ImportResultAnswer | None = Field(description="what became of it; only of done ones")


class ImportsAnswer(Answer):
    """Registers that were sent, the newest first; their results stand at their own addresses."""

    imports: list[ImportAnswer]
    next: str | None = Field(description="address of the next page")


class WebhookStated(Answer):
    """What is to be told, and where."""

    mandate: str = Field(min_length=1, max_length=200, description="id of a saved mandate")
    address: str = Field(min_length=9, max_length=500, description="https address of a public host")


class WebhookAnswer(Answer):
    """An address that is told of a mandate."""

    webhook_id: str
    owner: str
    mandate: str
    address: str
    made_at: datetime


class NewWebhook(WebhookAnswer):
    """The same, and what signs its messages."""

    secret: str | None = Field(
        description="`whsec_` and the key in base64, shown this once; null where the request was sent again"
    )


class WebhooksAnswer(Answer):
    """Webhooks that stand."""

    webhooks: list[WebhookAnswer]
    next: str | None = Field(description="address of the next page")


class ChangedList(Answer):
    """The list of a mandate as it is now, and what changed."""

    mandate: str = Field(description="id of the saved mandate")
    mandate_version: int
    list_id: str = Field(description="the list that was made and kept: its places, and answers to them, stand there")
    run_id: str
    stock_version: str
    model_version: str | None
    as_of: date
    synthetic_share: float = Field(description="share of made-up units among those on offer, 0 to 1")
    units: list[str] = Field(description="ids of its units, best first")
    entered: list[str] = Field(description="ids that were not on the list before")
    left: list[str] = Field(description="ids that were, and are no more")


class ListChangedMessage(Answer):
    """What a webhook is sent when the list of its mandate changed."""

    type: Literal["mandate.list_changed"]
    timestamp: datetime = Field(description="when the change was seen")
    data: ChangedList


class MessageAnswer(Answer):
    """A message to a webhook."""

    message_id: str = Field(description="header webhook-id: the same however often it is sent")
    made_at: datetime
    attempts: int
    due_at: datetime | None = Field(description="when it is sent next")
    sent_at: datetime | None = Field(description="when it arrived")
    given_up: bool
    answer: str | None = Field(description="status that came back last, or why nothing did")


class MessagesAnswer(Answer):
    """Messages to a webhook, the newest first."""

    messages: list[MessageAnswer]
    next: str | None = Field(description="address of the next page")
