"""The register of units, its history and everything that came of it; the only importer of SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from engine.store.acknowledged import Acknowledged
from engine.store.agreements import Agreements
from engine.store.audit import Act, Audit, AuditCheck
from engine.store.bank_asks import BankAsks, StoredBankAsk
from engine.store.changes import Change
from engine.store.check import Inconsistency, StoreProblem, counts, problems
from engine.store.decisions import Decisions
from engine.store.documents import Documents, StoredDocument
from engine.store.events import Events
from engine.store.imports import ImportResult, Imports
from engine.store.invitations import Invitations, StoredInvitation
from engine.store.jobs import LEASE, JobKind, Jobs, JobState, StoredJob
from engine.store.keys import Keys, StoredKey
from engine.store.lists import Lists, StoredList
from engine.store.mandates import Mandates, StoredMandate
from engine.store.meetings import Meetings, StoredMeetings
from engine.store.national import grant, office_session, offices, readers, revoke
from engine.store.opening import open_session
from engine.store.packages import Packages, StoredPackage
from engine.store.people import People, StoredPerson
from engine.store.predictions import Predictions
from engine.store.promotions import Promotion, Promotions
from engine.store.requests import Requests, StoredRequest
from engine.store.revision import access_state, revision
from engine.store.session import Session
from engine.store.sessions import Sessions, StoredSession
from engine.store.showings import Showings
from engine.store.story import ImportStory
from engine.store.undoing import Fate, Undone
from engine.store.units import StoredUnits
from engine.store.views import StoredView, Views
from engine.store.webhooks import StoredMessage, StoredWebhook, Webhooks
from engine.store.wishes import StoredWishes, Wishes

__all__ = [
    "LEASE",
    "Act",
    "AuditCheck",
    "Change",
    "Fate",
    "ImportResult",
    "ImportStory",
    "Inconsistency",
    "JobKind",
    "JobState",
    "Promotion",
    "Register",
    "StoreProblem",
    "StoredBankAsk",
    "StoredDocument",
    "StoredInvitation",
    "StoredJob",
    "StoredKey",
    "StoredList",
    "StoredMandate",
    "StoredMeetings",
    "StoredMessage",
    "StoredPackage",
    "StoredPerson",
    "StoredRequest",
    "StoredSession",
    "StoredView",
    "StoredWebhook",
    "StoredWishes",
    "Undone",
]

BUSY_SECONDS = 300.0
"""Longest wait for another writer. Writers follow one another, and a large import on a busy machine takes minutes: who
waits for it should not have to be started again."""


class Register:
    """Units, with all that was said of them, decided about them and came of them, in one database.

    Open it with `Register.open`; several programs may have it open at once. Its parts are repositories on one session:
    called, each gives its table, and each of their methods is one transaction. Reading sees one moment and never
    waits; of two writers the second waits for the first, at most ``busy_seconds``.

    Parameters
    ----------
    session
        What `engine.store.opening.open_session` returned.

    Attributes
    ----------
    units
        Units as they show, their histories and first records.
    imports
        Files that were taken in.
    decisions
        What persons decided between sources and between units: confirmations, pins, ranks, merges.
    events
        What came of units.
    predictions
        What models said of units.
    promotions
        Models that were put to work.
    showings
        Who was shown what.
    packages
        Units offered at events: each version of a package, and who signed it off.
    meetings
        Plans of the meetings of events, each version whole.
    wishes
        What owners and banks want of an investor, with its source.
    keys, people
        Programs and persons that may ask, and what they may do.
    sessions
        Browsers of people who signed in.
    invitations
        Links by which investors open an account.
    views, documents
        Lists that people look at again, and files that lie with units.
    agreements
        Who agreed not to disclose what stands in which package.
    audit
        Who did what with all of these.
    mandates, lists
        Mandates that investors saved, the lists made for them, what was shown of these and said to it.
    bank_asks
        What banks were asked about units, and what they answered.
    requests
        What investors asked about units, what the office answered, and within which time it promises to.
    acknowledged
        Answers to writes that may be sent again.
    jobs
        Work that is done after its request was answered.
    webhooks
        Addresses that are told of saved mandates, and the messages to them.

    Examples
    --------
    >>> with Register.open("sqlite://") as register:
    ...     len(register.units()), register.promotions.champion() is None, register.check()
    (0, True, ())
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.units = StoredUnits(session)
        self.imports = Imports(session)
        self.decisions = Decisions(session)
        self.events = Events(session)
        self.predictions = Predictions(session)
        self.promotions = Promotions(session)
        self.showings = Showings(session)
        self.packages = Packages(session)
        self.meetings = Meetings(session)
        self.wishes = Wishes(session)
        self.keys = Keys(session)
        self.people = People(session)
        self.sessions = Sessions(session)
        self.invitations = Invitations(session)
        self.views = Views(session)
        self.documents = Documents(session)
        self.agreements = Agreements(session)
        self.audit = Audit(session)
        self.mandates = Mandates(session)
        self.lists = Lists(session)
        self.requests = Requests(session)
        self.bank_asks = BankAsks(session)
        self.acknowledged = Acknowledged(session)
        self.jobs = Jobs(session)
        self.webhooks = Webhooks(session)

    @classmethod
    def open(cls, url: str, *, busy_seconds: float = BUSY_SECONDS) -> Self:
        """Open a register, make it if it is not there, bring its tables to the newest revision.

        Parameters
        ----------
        url
            SQLAlchemy address, such as ``sqlite:///workspace/ehya.db``; the folder is made.
        busy_seconds
            How long to wait for another writer; ``register_busy`` says that it was not enough.

        Raises
        ------
        EhyaError
            ``database_failed`` when it cannot be opened, ``database_newer`` when a later Ehya wrote it,
            ``database_foreign`` when another program did (nothing is written to it), ``folder_unusable`` when its
            folder cannot be made.
        """
        return cls(open_session(url, busy_seconds=busy_seconds))

    @classmethod
    def of_office(cls, url: str, office: str, *, busy_seconds: float = BUSY_SECONDS) -> Self:
        """Open the register of an office that granted its units and outcomes, to read these alone.

        Parameters
        ----------
        url
            Address of the PostgreSQL that several offices share, with the role that reads.
        office
            Its schema.
        busy_seconds
            How long to wait for a lock.

        Raises
        ------
        EhyaError
            What `engine.store.national.office_session` raises.
        """
        return cls(office_session(url, office, busy_seconds=busy_seconds))

    @staticmethod
    def offices(url: str, *, busy_seconds: float = BUSY_SECONDS) -> list[str]:
        """Offices of a PostgreSQL whose units the role of an address may read (`engine.store.national.offices`)."""
        return offices(url, busy_seconds=busy_seconds)

    def grant(self, reader: str) -> None:
        """Let a role read units and outcomes, and nothing else (`engine.store.national.grant`)."""
        grant(self._session, reader)

    def revoke(self, reader: str) -> None:
        """Take a grant back (`engine.store.national.revoke`)."""
        revoke(self._session, reader)

    def readers(self) -> list[str]:
        """Roles that may read units and outcomes by a grant."""
        return readers(self._session)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of all that this thread writes inside: it comes whole or not at all.

        Raises
        ------
        EhyaError
            ``register_busy``, ``database_failed``.
        """
        with self._session.write():
            yield

    def revision(self) -> str:
        """A short text that changes whenever what the register shows does (`engine.store.revision`)."""
        with self._session.read() as connection:
            return revision(connection)

    def access_state(self) -> str:
        """A short text that changes whenever keys or agreements do."""
        with self._session.read() as connection:
            return access_state(connection)

    def counts(self) -> dict[str, int]:
        """Rows in each table."""
        with self._session.read() as connection:
            return counts(connection)

    def check(self) -> tuple[Inconsistency, ...]:
        """Look the whole register over; empty when sound."""
        with self._session.read() as connection:
            return problems(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
