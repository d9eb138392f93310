"""People who may sign in: the account's name, what it may do, and the hash of its password."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import RowMapping, Select, insert, select, update

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line
from engine.store.clock import utc
from engine.store.passwords import opening_hash
from engine.store.session import Session

_ONE_LETTER = str.maketrans({"ي": "ی", "ك": "ک"})


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """An account.

    Parameters
    ----------
    name
        What it is called; given out once.
    role
        What the person may do.
    investor
        The investor for whom the person acts; ``None`` where for none.
    password
        Hash of the password with its salt and costs (argon2id).
    made_at, disabled_at
        UTC; ``None`` while it is not disabled.
    administers
        Whether it looks after the accounts of others, beside what its role may do.
    """

    name: str
    role: str
    investor: str | None
    password: str = field(repr=False)
    made_at: datetime
    disabled_at: datetime | None
    administers: bool = False


def name_key(name: str) -> str:
    r"""By what names of accounts are told apart: neither the keyboard that wrote them counts, nor what nobody sees.

    Examples
    --------
    >>> name_key(" علي\u200cرضا\u200c") == name_key("علیرضا"), name_key("Sara") == name_key("sara")
    (True, False)
    """
    seen = "".join(one for one in name if unicodedata.category(one) != "Cf")  # first: they keep signs apart that join
    return " ".join(kept_letters(seen).split())


def kept_letters(text: str) -> str:
    """A text with one letter for one sound, whichever keyboard wrote it.

    Examples
    --------
    >>> kept_letters("علي كريمي")
    'علی کریمی'
    """
    return unicodedata.normalize("NFC", text).translate(_ONE_LETTER)


class People:
    """People who may sign in; called, it gives them by name."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self) -> tuple[StoredPerson, ...]:
        """All accounts, the disabled too."""
        with self._session.read() as connection:
            rows = connection.execute(_selected().order_by(schema.people.c.name)).mappings().all()
        return tuple(StoredPerson(**row) for row in rows)

    def add(
        self,
        *,
        name: str,
        role: str,
        investor: str | None,
        password: str,
        made_at: datetime,
        actor: str,
        administers: bool = False,
        first: bool = False,
    ) -> StoredPerson:
        """Open an account.

        Parameters
        ----------
        name, role, investor, password
            See `StoredPerson`: the hash, never the password.
        made_at, actor
            Now, and who does it, for the audit.
        administers
            See `StoredPerson`.
        first
            Only where there is no account yet.

        Raises
        ------
        EhyaError
            ``person_exists``, also where the account of that name, or of one that looks the same (`name_key`), is
            disabled; with ``first`` where there is any.
        """
        line = {
            "name": name,
            "role": role,
            "investor": investor,
            "password": password,
            "made_at": utc(made_at),
            "administers": administers,
        }
        with self._session.write() as connection:
            others = list(connection.execute(select(schema.people.c.name).order_by(schema.people.c.name)).scalars())
            taken = others if first else [one for one in others if name_key(one) == name_key(name)]
            if taken:
                raise EhyaError(ErrorCode.PERSON_EXISTS, given=taken[0])
            insert_line(connection, schema.people, line)
            facts: dict[str, str | int | None] = {"role": role, "investor": investor}
            if administers:
                facts["administers"] = 1
            note(connection, made_at=made_at, actor=actor, act=Act.PERSON_ADDED, subject=name, **facts)
        return StoredPerson(**line, disabled_at=None)  # type: ignore[arg-type]

    def set_password(
        self,
        name: str,
        password: str,
        *,
        made_at: datetime,
        actor: str,
        keep_session: str | None = None,
        old: str | None = None,
    ) -> int | None:
        """Let another password open an account; whoever came in with the old one is let in no more.

        Parameters
        ----------
        name, password
            The account, and the hash of its new password.
        made_at, actor
            Now, and who does it, for the audit.
        keep_session
            The session from which its owner changes it; all others of the account end.
        old
            The hash that was found to open the account, where somebody had to know its password.

        Returns
        -------
        int or None
            Sessions that ended; ``None`` where ``old`` opens the account no more, and nothing was changed.

        Raises
        ------
        EhyaError
            ``person_unknown`` with the names there are; ``person_disabled``.
        """
        sessions = schema.sessions
        others = (sessions.c.name == name) & sessions.c.ended_at.is_(None) & (sessions.c.expires_at > utc(made_at))
        if keep_session is not None:
            others &= sessions.c.session_id != keep_session
        with self._session.write() as connection:
            rows = connection.execute(_selected().order_by(schema.people.c.name)).mappings().all()
            opening = _open_account(rows, name).password
            if old is not None and old != opening:
                return None
            line = {"name": name, "password": password, "made_at": utc(made_at)}
            insert_line(connection, schema.passwords, line)
            ended = int(connection.execute(update(sessions).where(others).values(ended_at=utc(made_at))).rowcount)
            note(connection, made_at=made_at, actor=actor, act=Act.PASSWORD_CHANGED, subject=name, sessions=ended)
        return ended

    def disable(self, name: str, *, made_at: datetime, actor: str) -> StoredPerson:
        """Let nobody sign in with an account any more.

        Raises
        ------
        EhyaError
            ``person_unknown`` with the names there are; ``person_disabled`` where it was disabled before.
        """
        with self._session.write() as connection:
            rows = connection.execute(_selected().order_by(schema.people.c.name)).mappings().all()
            found = _open_account(rows, name)
            connection.execute(insert(schema.disablings).values({"name": name, "made_at": utc(made_at)}))
            note(connection, made_at=made_at, actor=actor, act=Act.PERSON_DISABLED, subject=name)
        return found


def _open_account(rows: Sequence[RowMapping], name: str) -> StoredPerson:
    found = next((StoredPerson(**row) for row in rows if row["name"] == name), None)
    if found is None:
        allowed = [str(row["name"]) for row in rows if row["disabled_at"] is None]
        raise EhyaError(ErrorCode.PERSON_UNKNOWN, given=name, allowed=allowed)
    if found.disabled_at is not None:
        raise EhyaError(ErrorCode.PERSON_DISABLED, given=name, date=found.disabled_at)
    return found


def _selected() -> Select[tuple[object, ...]]:
    table, ends = schema.people, schema.disablings
    columns = [opening_hash() if column.name == "password" else column for column in table.c if column.name != "id"]
    joined = table.outerjoin(ends, ends.c.name == table.c.name)
    return select(*columns, ends.c.made_at.label("disabled_at")).select_from(joined)
