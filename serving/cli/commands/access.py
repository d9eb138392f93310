"""``ehya keys``, ``user``, ``nda`` and ``audit``: who may ask the service, and who did what about it."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import typer

from engine.settings import Settings
from engine.store import StoredKey, StoredPerson
from serving.cli.question import last_day, now
from serving.cli.terminal import Terminal
from serving.desk import agreements, audit, keys, people
from serving.desk.clock import day_of, end_of
from serving.disclosure.levels import CallerRole
from serving.reports.audited import audit_said

EXIT_BROKEN = 1
_AGREEMENT_DAYS = ("made_at", "confirmed_at", "ended_at")
_SHORT = 16  # characters of a hash at a terminal


def add_key(
    terminal: Terminal, settings: Settings, name: str, *, role: str, investor: str | None, until: str | None
) -> None:
    """Make a key and show it, this once.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``investor_missing``, ``key_named``, ``value_unreadable``.
    """
    ends = None if until is None else end_of(last_day(until, "--until").date())
    made = keys.add_key(
        settings, name=name, role=role, investor=investor, made_at=_now(), expires_at=ends, actor=audit.TERMINAL
    )
    if terminal.answer({**_key(made.stored), "key": made.key}):
        return
    terminal.say("access.key_made", name=name)
    terminal.line(made.key, "bold")
    terminal.say("access.key_once")


def list_keys(terminal: Terminal, settings: Settings) -> None:
    """Print the keys."""
    found = keys.keys(settings)
    if terminal.answer([_key(one) for one in found]):
        return
    if not found:
        terminal.say("access.no_keys")
        return
    words, moment = terminal.speech, _now()
    rows = [
        [
            one.key_id,
            one.name,
            _role(one.role, terminal),
            one.investor or "",
            words.date(day_of(one.made_at)),
            _until(one, terminal),
        ]
        for one in found
    ]
    states = [words.text("access.opens" if one.opens(moment) else "access.opens_not") for one in found]
    names = ("key_id", "name", "role", "investor", "made_at", "until", "state")
    lines = [[*row, state] for row, state in zip(rows, states, strict=True)]
    terminal.table([words.text(f"access.{each}") for each in names], lines, title=words.text("access.keys"))


def revoke_key(terminal: Terminal, settings: Settings, given: str) -> None:
    """Revoke a key.

    Raises
    ------
    EhyaError
        ``key_unknown``, ``key_revoked``.
    """
    found = keys.revoke_key(settings, given, made_at=_now(), actor=audit.TERMINAL)
    if not terminal.answer({"key_id": found.key_id, "name": found.name, "revoked": True}):
        terminal.say("access.key_revoked", name=found.name)


def add_person(
    terminal: Terminal, settings: Settings, name: str, *, role: str, investor: str | None, administers: bool = False
) -> None:
    """Open an account; the password is never an argument, which others of the machine could read.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``investor_missing``, ``password_refused``, ``person_exists``.
    """
    keys.checked_role(role, investor)
    password = _password(terminal)
    made = people.add_person(
        settings,
        name=name,
        role=role,
        investor=investor,
        password=password,
        made_at=_now(),
        actor=audit.TERMINAL,
        administers=administers,
    )
    if not terminal.answer(_person(made)):
        terminal.say("access.person_added", name=name, role=CallerRole(role))


def set_password(terminal: Terminal, settings: Settings, name: str) -> None:
    """Give an account another password; it is asked for as that of a new account.

    Raises
    ------
    EhyaError
        ``password_refused``, ``person_unknown``, ``person_disabled``.
    """
    ended = people.set_password(settings, name, _password(terminal), made_at=_now(), actor=audit.TERMINAL)
    if not terminal.answer({"name": name, "sessions_ended": ended}):
        terminal.say("access.password_set", name=name)


def list_people(terminal: Terminal, settings: Settings) -> None:
    """Print the accounts."""
    found = people.people(settings)
    if terminal.answer([_person(one) for one in found]):
        return
    if not found:
        terminal.say("access.no_people")
        return
    words = terminal.speech
    rows = [
        [
            one.name,
            _role(one.role, terminal),
            one.investor or "",
            words.date(day_of(one.made_at)),
            words.text("access.opens" if one.disabled_at is None else "access.opens_not"),
        ]
        for one in found
    ]
    names = ("name", "role", "investor", "made_at", "state")
    terminal.table([words.text(f"access.{each}") for each in names], rows, title=words.text("access.people"))


def disable_person(terminal: Terminal, settings: Settings, name: str) -> None:
    """Disable an account.

    Raises
    ------
    EhyaError
        ``person_unknown``, ``person_disabled``.
    """
    people.disable_person(settings, name, made_at=_now(), actor=audit.TERMINAL)
    if not terminal.answer({"name": name, "disabled": True}):
        terminal.say("access.person_disabled", name=name)


def accept_agreement(terminal: Terminal, settings: Settings, investor: str, package: str) -> None:
    """Record an agreement not to disclose.

    Raises
    ------
    EhyaError
        ``value_unreadable``, ``investor_unknown``, ``package_unknown``, ``package_not_frozen``.
    """
    done = agreements.accept(settings, investor, package, made_at=_now(), actor=audit.TERMINAL)
    if not terminal.answer({"investor": done.investor, "package": done.package, "agreed": True}):
        terminal.say("access.agreed", investor=done.investor, package=done.package)


def end_agreement(terminal: Terminal, settings: Settings, investor: str, package: str) -> None:
    """Take an agreement back.

    Raises
    ------
    EhyaError
        ``value_unreadable``, ``investor_unknown``, ``package_unknown``, ``package_not_frozen``, ``not_agreed``.
    """
    done = agreements.end(settings, investor, package, made_at=_now(), actor=audit.TERMINAL)
    if not terminal.answer({"investor": done.investor, "package": done.package, "agreed": False}):
        terminal.say("access.agreement_ended", investor=done.investor, package=done.package)


def list_agreements(terminal: Terminal, settings: Settings) -> None:
    """Print the agreements."""
    found = agreements.agreements(settings)
    if terminal.answer([{name: _moment(value) for name, value in row.items()} for row in found.to_dict("records")]):
        return
    if found.empty:
        terminal.say("access.no_agreements")
        return
    words = terminal.speech
    rows = [
        [row["investor"], row["package"], *(_day(row[name], terminal) for name in _AGREEMENT_DAYS)]
        for row in found.to_dict("records")
    ]
    names = ("investor", "package", *_AGREEMENT_DAYS)
    terminal.table([words.text(f"access.{each}") for each in names], rows, title=words.text("access.agreements"))


def list_audit(
    terminal: Terminal,
    settings: Settings,
    newest: int,
    *,
    act: str = "",
    words: str = "",
    since: str = "",
    until: str = "",
) -> None:
    """Print the newest lines of the audit that are looked for.

    Raises
    ------
    EhyaError
        ``unknown_option`` for an act that there is none of, ``value_unreadable`` for a day that is none.
    """
    days = [
        last_day(given, option).date() if given else None for given, option in ((since, "--since"), (until, "--until"))
    ]
    found = audit.audit_found(settings, audit.AuditQuery(act, words, *days), length=newest).lines
    lines = [{**row, "facts": json.loads(row["facts"])} for row in found.to_dict("records")]
    if terminal.answer([{name: _moment(value) for name, value in line.items()} for line in lines]):
        return
    if not lines:
        terminal.say("access.audit_empty")
        return
    speech, names = terminal.speech, audit.names_spoken_of(settings, found)
    rows = [
        [
            speech.fact(line["id"]),
            speech.date(day_of(line["made_at"])),
            said.actor,
            said.act,
            said.subject.text,
            speech.join(piece.text for piece in said.details),
            line["hash"][:_SHORT],
        ]
        for line, said in ((one, audit_said(one, names, speech)) for one in found.to_dict("records"))
    ]
    heads = ("number", "made_at", "actor", "act", "subject", "facts", "hash")
    terminal.table([speech.text(f"access.{each}") for each in heads], rows, title=speech.text("access.audit"))


def verify_audit(terminal: Terminal, settings: Settings, head: str | None) -> int:
    """Say whether the audit is whole; the exit code says it too."""
    found = audit.verify(settings, head=head)
    document = {
        "sound": found.sound,
        "lines": found.lines,
        "head": found.head,
        "broken_at": found.broken_at,
        "contains": found.contains,
    }
    if terminal.answer(document):
        return 0 if found.sound else EXIT_BROKEN
    if found.broken_at is not None:
        terminal.fail(terminal.speech.text("access.audit_broken", number=found.broken_at))
    elif found.contains is False:
        terminal.fail(terminal.speech.text("access.audit_cut", given=head))
    else:
        terminal.say("access.audit_sound", count=found.lines, head=found.head)
    return 0 if found.sound else EXIT_BROKEN


def _now() -> datetime:
    return now().to_pydatetime()


def _password(terminal: Terminal) -> str:
    """A password that is typed twice without being shown, or one line of an input that is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    words = terminal.speech
    return str(typer.prompt(words.text("access.password"), hide_input=True, confirmation_prompt=True, err=True))


def _key(one: StoredKey) -> dict[str, Any]:
    return {
        "key_id": one.key_id,
        "name": one.name,
        "role": one.role,
        "investor": one.investor,
        "made_at": _moment(one.made_at),
        "expires_at": _moment(one.expires_at),
        "revoked_at": _moment(one.revoked_at),
    }


def _person(one: StoredPerson) -> dict[str, Any]:
    return {
        "name": one.name,
        "role": one.role,
        "investor": one.investor,
        "administers": one.administers,
        "made_at": _moment(one.made_at),
        "disabled_at": _moment(one.disabled_at),
    }


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return None if pd.isna(value) else value.isoformat()
    return value


def _day(value: Any, terminal: Terminal) -> str:
    return "" if pd.isna(value) else terminal.speech.date(value)


def _until(key: StoredKey, terminal: Terminal) -> str:
    return "" if key.expires_at is None else terminal.speech.date(day_of(key.expires_at - timedelta(seconds=1)))


def _role(role: str, terminal: Terminal) -> str:
    return terminal.speech.text(CallerRole(role))
