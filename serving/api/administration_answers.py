"""Shapes of administration: the audit, whether it is whole, and backups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from serving.api.answers import Answer


class AuditLine(Answer):
    """Somebody's act."""

    id: int
    made_at: datetime = Field(description="UTC")
    actor: str = Field(description="who did it: terminal, or the id of a key or account")
    act: str
    subject: str = Field(description="of what: a unit, a key, a package")
    facts: dict[str, Any]
    hash: str = Field(description="of this line and the one before it")


class AuditAnswer(Answer):
    """Lines of the audit, the newest first."""

    total: int = Field(description="lines that were found")
    acts: list[str] = Field(description="acts that the audit knows of")
    lines: list[AuditLine]
    next: str | None = Field(description="address of the next page")


class AuditChecked(Answer):
    """Whether the audit is whole."""

    sound: bool = Field(description="whether nothing speaks against it")
    lines: int = Field(description="lines looked at")
    head: str = Field(description="hash of the last line: write it down elsewhere")
    broken_at: int | None = Field(description="first line that is not what it was; null where all are")
    contains: bool | None = Field(description="whether `head` as asked is on the chain; null where none was asked")


class BackupSeen(Answer):
    """A backup in the folder of the workspace; what it says of itself is null where that cannot be read."""

    name: str
    size_bytes: int
    made_at: datetime | None
    sha256: str | None = Field(description="digest of the register inside")
    counts: dict[str, int] | None = Field(description="rows in each table")
    problems: list[str] | None = Field(description="what was wrong already when it was made")


class BackupsAnswer(Answer):
    """Backups, the newest first."""

    backups: list[BackupSeen]
    next: str | None = Field(description="address of the next page")
