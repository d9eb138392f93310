"""Pages of administration: how the service does, keys, the record of who did what, backups, settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import printable
from engine.store import AuditCheck, Inconsistency, StoredKey
from serving.desk.audit import AuditFound
from serving.desk.backups import KeptBackup
from serving.desk.doctor import Finding, PartState
from serving.desk.keys import NewKey
from serving.desk.settings_seen import SettingSeen
from serving.disclosure.levels import KEY_ROLES, CallerRole
from serving.disclosure.values import known
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import Pages, day_said, moment_said
from serving.reports.audited import audit_said

AUDIT_PAGE = 50
"""Lines of the record on a page."""
_IMPORTS = 20
"""Registers read that the first page lists, the newest first."""
ASSUMED = 60
"""Assumptions that a page shows; words find the others."""
_MEGABYTE = 1_000_000
TABS = (
    ("health", "/desk/admin"), ("people", "/desk/people"), ("keys", "/desk/admin/keys"), ("audit", "/desk/admin/audit"),
    ("backups", "/desk/admin/backups"), ("settings", "/desk/admin/settings"),
)  # fmt: skip
"""Parts of administration and where each is."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    """How a service does.

    Parameters
    ----------
    version, model, day
        What is on show: digest, model, day of judgement; empty where nothing is.
    shown, withheld
        Units that are shown to everybody, and those too incomplete for it.
    keys_unread
        Whether the keys could not be read lately, so that none opens anything.
    failure
        Why what is on show could not be made anew; ``None`` where nothing failed.
    """

    version: str = ""
    model: str = ""
    day: pd.Timestamp | None = None
    shown: int = 0
    withheld: int = 0
    keys_unread: bool = False
    failure: ErrorCode | None = None


def admin_page(
    frame: Frame, state: ServiceState, imports: pd.DataFrame, *, findings: Sequence[Finding] | None = None
) -> str:
    """Write the first page.

    Parameters
    ----------
    frame
        What stands around it.
    state
        How the service does.
    imports
        Registers read, the oldest first.
    findings
        What was found when everything was looked over; ``None`` where nobody asked.
    """
    words = frame.speech
    return _page(
        "admin.html",
        frame,
        "health",
        tiles=list(_tiles(state, words)),
        failure=words.text("admin.failure") if state.failure is not None else "",
        keys_unread=state.keys_unread,
        findings=[] if findings is None else [_finding(one, words) for one in findings],
        looked=findings is not None,
        imports=[
            {
                "source": str(one["source"]),
                "address": f"/desk/imports/{one['id']}" if frame.role is CallerRole.PLANNER else "",
                "on": day_said(one["imported_at"], words),
                "new": words.number(one["new_count"]),
                "updated": words.number(one["updated_count"]),
                "refused": words.number(one["rejected_row_count"]),
                "undone": known(one["undone_at"]),
            }
            for one in imports.iloc[::-1].head(_IMPORTS).to_dict("records")
        ],
    )


def keys_page(
    frame: Frame,
    keys: Sequence[StoredKey],
    now: datetime,
    *,
    made: NewKey | None = None,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
) -> str:
    """Write the page of keys.

    Parameters
    ----------
    frame
        What stands around it.
    keys
        All keys, the newest first.
    now
        The moment, by which they end.
    made
        A key that was made just now: the one time that it is shown.
    typed, problem
        What was written for a key, and why it could not be made.
    """
    words = frame.speech
    return _page(
        "admin_keys.html",
        frame,
        "keys",
        keys=[
            {
                "id": one.key_id,
                "name": printable(one.name),
                "role": words.text(f"caller_role.{one.role}"),
                "investor": one.investor or "",
                "made": day_said(one.made_at, words),
                "until": "" if one.expires_at is None else day_said(one.expires_at - timedelta(seconds=1), words),
                "opens": one.opens(now),
                "revoked": one.revoked_at is not None,
            }
            for one in keys
        ],
        roles=[(one.value, words.text(one)) for one in KEY_ROLES],
        made="" if made is None else made.key,
        made_name="" if made is None else made.stored.name,
        typed={"name": "", "role": CallerRole.INVESTOR.value, "investor": "", "until": "", **(typed or {})},
        problem=problem,
    )


def audit_page(
    frame: Frame,
    found: AuditFound,
    names: pd.Series,
    query: Mapping[str, str],
    *,
    checked: AuditCheck | None = None,
    head: str = "",
    problem: str = "",
) -> str:
    """Write the page of who did what.

    Parameters
    ----------
    frame
        What stands around it.
    found
        Lines of the page.
    names
        Name of each unit that they speak of, index ``unit_id``.
    query
        What was looked for: ``q, act, since, until``.
    checked, head
        What following the chain found, and the hash that was asked for.
    problem
        Why a day could not be read.
    """
    words = frame.speech
    lines = found.lines.to_dict("records")
    return _page(
        "admin_audit.html",
        frame,
        "audit",
        query={name: query.get(name, "") for name in ("q", "act", "since", "until")},
        acts=[(act, words.text(f"act.{act}")) for act in found.acts],
        lines=[
            (words.digits(str(line["id"])), moment_said(line["made_at"], words), said, str(line["hash"])[:12])
            for line, said in ((one, audit_said(one, names, words)) for one in lines)
        ],
        caption=words.text("admin.audit_count", count=found.total),
        pages=Pages.of("/desk/admin/audit", query, found.start, AUDIT_PAGE, found.total, words),
        checked="" if checked is None else _checked(checked, head, words),
        sound=checked is not None and checked.sound,
        head=head,
        links=frame.role is CallerRole.PLANNER,
        problem=problem,
    )


def backups_page(frame: Frame, found: Sequence[KeptBackup], *, sound: str = "", problem: str = "") -> str:
    """Write the page of backups.

    Parameters
    ----------
    frame
        What stands around it.
    found
        Backups, the newest first.
    sound
        Name of one that was looked over and is whole.
    problem
        What is wrong with one, or why none could be made.
    """
    words = frame.speech
    return _page(
        "admin_backups.html",
        frame,
        "backups",
        rows=[
            {
                "name": one.name,
                "size": words.text("admin.megabytes", size=words.number(one.size_bytes / _MEGABYTE, 1)),
                "made": "" if one.manifest is None else moment_said(pd.Timestamp(one.manifest.made_at), words),
                "units": "" if one.manifest is None else words.number(one.manifest.counts.get("units", 0)),
                "events": "" if one.manifest is None else words.number(one.manifest.counts.get("events", 0)),
                "unsound": one.manifest is None or bool(one.manifest.problems),
                "whole": one.name == sound,
            }
            for one in found
        ],
        said=words.text("admin.backup_whole", name=sound) if sound else "",
        problem=problem,
    )


def settings_page(
    frame: Frame,
    found: Sequence[SettingSeen],
    limits: Mapping[str, float],
    usual: Mapping[str, float],
    rows: pd.DataFrame,
    *,
    words: str = "",
) -> str:
    """Write the page of settings.

    Parameters
    ----------
    frame
        What stands around it.
    found
        Settings, and where each was set.
    limits, usual
        Limits of the service as they are, and as they are where nobody says otherwise.
    rows
        Assumptions, columns `serving.desk.settings_seen.ASSUMPTIONS`.
    words
        What was looked for among them.
    """
    speech = frame.speech
    return _page(
        "admin_settings.html",
        frame,
        "settings",
        settings=[
            {
                "name": speech.text(f"setting.{one.name.lower()}"),
                "code": one.name if one.name.isupper() else "",
                "value": _value(one, speech),
                "source": speech.text(one.source),
            }
            for one in found
        ],
        limits=[
            (
                speech.text(f"limit.{name}"),
                speech.number(value / 2**20, 1) + " MiB" if name == "file_bytes" else _limit(name, value, speech),
                speech.text("setting_source.default" if value == usual[name] else "setting_source.office"),
            )
            for name, value in limits.items()
        ],
        query=words,
        caption=speech.text("admin.assumptions_count", count=len(rows)),
        assumptions=[
            {
                "meaning": str(row[f"meaning_{speech.language}"]),
                "code": str(row["prior"]),
                "value": _assumed(row, speech),
                "measure": str(row["measure"]) if known(row["measure"]) else "",
                "basis": _said(f"basis.{row['basis']}", str(row["basis"]), speech),
                "source": printable(str(row["source"])) if known(row["source"]) else "",
                "as_of": speech.digits(str(row["as_of"])) if known(row["as_of"]) else "",
            }
            for row in rows.head(ASSUMED).to_dict("records")
        ],
        more=speech.text("admin.assumptions_more", count=len(rows) - ASSUMED) if len(rows) > ASSUMED else "",
    )


def _page(name: str, frame: Frame, tab: str, **facts: Any) -> str:
    return page(name, frame, Place.ADMIN, tabs=TABS, tab=tab, **facts)


def _tiles(state: ServiceState, words: Speech) -> Any:
    shown = words.number(state.shown) if state.version else words.number(None)
    yield words.text("admin.shown"), shown, words.text("admin.withheld", count=state.withheld), ""
    yield words.text("admin.model"), state.model or words.number(None), "", ""
    day = words.date(state.day) if state.day is not None else words.number(None)
    yield words.text("admin.day"), day, "", ""
    fresh = state.failure is None and bool(state.version)
    yield words.text("admin.state"), words.text("admin.fresh" if fresh else "admin.stale"), "", "" if fresh else "warn"


def _finding(one: Finding, words: Speech) -> dict[str, str]:
    facts = {name: _fact(fact, words) for name, fact in one.facts.items()}
    tone = {PartState.WELL: "good", PartState.NOT_YET: "note"}.get(one.health, "warn")
    return {"text": words.text(one.checkup, **facts), "state": words.text(one.health), "tone": tone}


def _fact(fact: Any, words: Speech) -> Any:
    if isinstance(fact, EhyaError | Inconsistency):
        return words.text(fact.code, **{"nearest": None, "allowed": None, **fact.facts})
    return fact


def _checked(found: AuditCheck, head: str, words: Speech) -> str:
    if found.broken_at is not None:
        return words.text("access.audit_broken", number=found.broken_at)
    if found.contains is False:
        return words.text("access.audit_cut", given=head)
    return words.text("admin.audit_sound", count=found.lines, head=found.head)


def _value(one: SettingSeen, words: Speech) -> str:
    if isinstance(one.value, int):
        key = "days" if one.name == "answer_days" else "rows"
        return words.text(f"admin.{key}", count=one.value)
    return one.value or words.number(None)


def _limit(name: str, value: float, words: Speech) -> str:
    if name.endswith("_bytes"):
        return words.number(value / 2**10) + " KiB"
    return words.number(value) if float(value).is_integer() else words.number(value, 1)


def _assumed(row: Mapping[Any, Any], words: Speech) -> str:
    value = row["value"]
    if not isinstance(value, int | float):
        return str(value) if known(value) else words.number(None)
    digits = 0 if float(value).is_integer() else 4
    if known(row["low"]) and known(row["high"]):
        return words.interval(row["low"], value, row["high"], 4)
    return words.number(value, digits)


def _said(key: str, otherwise: str, words: Speech) -> str:
    try:
        return words.text(key)
    except KeyError:
        return otherwise
