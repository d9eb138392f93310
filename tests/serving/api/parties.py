"""A workspace that several parties share: units with private fields, a key for each role, a package under secrecy."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from engine.domain.mandate import Mandate
from engine.meetings.day import MeetingDay
from engine.scoring.artefact import Model, path_of, save, write_whole
from engine.settings import Settings
from engine.store import Register
from experiments.province_simulator.province import simulate
from serving.api import Shelf, create_app
from serving.api.browsing.ahead import Ahead
from serving.api.gate import AccessGate
from serving.api.limits import ServiceLimits
from serving.desk.agreements import accept
from serving.desk.appraisal import current_units, judged
from serving.desk.callers import KeyRing
from serving.desk.kept_meetings import keep_plan
from serving.desk.keys import add_key
from serving.desk.meetings import Gone, plan_again, plan_among
from serving.desk.posting import PUBLIC
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.desk.wishes import state_wishes
from serving.disclosure.levels import KEY_ROLES
from serving.disclosure.masking import Audience

DAY = pd.Timestamp("2026-03-21")
NOON = datetime(2026, 3, 22, 12, tzinfo=UTC)
BY = {"made_at": NOON, "actor": "terminal"}
AN_HOUR = 3_600
DAY_OF_MEETINGS = {"event": "INVA", "date": "2026-12-11", "from": "09:00", "to": "11:00", "tables": 6}


@dataclass
class Parties:
    """The workspace, a key for each role, two investors' keys, and the units under secrecy."""

    settings: Settings
    stock: Stock
    keys: dict[str, str]
    agreed: tuple[str, ...]
    private: pd.DataFrame

    def app(self, *, limits=None, clock=lambda: NOON, nda_at_once=False, reach=PUBLIC, reads_on=False, **more):
        """A service; its readers close each list at once, unless they read on and the service looks ahead of them."""
        found = limits or ServiceLimits(reads=100_000, lists=100_000, writes=100_000, wrong_keys=1_000)
        ring = KeyRing(self.settings, clock=clock)
        ring.refresh()
        gate = AccessGate(ring, limits=found, **more)
        made_of = {"settings": self.settings, "shelf": Shelf(self.stock), "nda_at_once": nda_at_once}
        app = create_app(**made_of, limits=found, gate=gate, reach=reach)
        if not reads_on:
            app.state.ahead = Ahead(app.state.office, pause=AN_HOUR)
        return app


class File:
    """An intake as the register sees it."""

    source, as_of = "office.xlsx", DAY
    rejected_rows = rejected_cells = pd.DataFrame()

    def __init__(self, units):
        rows = range(2, len(units) + 2)
        identity = [f"business:{row}" for row in rows]
        self.units = units.assign(sheet="1", row=list(rows), identity=identity, source="office.xlsx", as_of=DAY)


def parties(home: Path, model, change=lambda units: units) -> Parties:
    """Make the workspace; its units as they are, or changed."""
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'ehya.db'}", language="en")
    made = simulate(60, seed=3).units
    made = made.assign(
        origin="synthetic",
        notes=[f"secret remark {row:04d}" for row in range(len(made))],
        bank_debt_rial=pd.array([712_345_000_001 + row for row in range(len(made))], dtype="Int64"),
        debts=[f"bank|Secret bank {row:04d}|81234567{row:04d}" for row in range(len(made))],
        business_id=[f"99887766{row:04d}" for row in range(len(made))],
    )
    with Register.open(settings.database_url) as register:
        register.imports.commit(File(change(made)), imported_at=NOON)
        units = current_units(register, as_of=DAY)
        stock = Stock.of(judged(units, model, Question(as_of=DAY), Audience.PUBLIC))
        agreed = tuple(stock.units.index.sort_values()[:3])
        names = ("revived_low", "revived", "revived_high", "jobs_low", "jobs", "jobs_high")
        document = {
            "units": [{"unit_id": unit} for unit in agreed],
            "terms": {"name": "inva"},
            "figures": dict(zip(names, (0.0, 1.0, 2.0, 5.0, 12.0, 30.0), strict=True)),
        }
        inputs = {"unit_id": list(agreed), "net": [1.1] * len(agreed)}
        register.packages.add(
            name="inva", event="INVA", as_of=DAY, model_version="m", document=document, inputs=inputs, made_at=NOON
        )
        register.packages.freeze("inva", 1, role="deputy", signed_on=DAY, note=None, made_at=NOON)
    keys = {}
    for role in KEY_ROLES:
        keys[role.value] = add_key(settings, name=role.value, role=role.value, investor=_party(role), **BY).key
    keys["rival"] = add_key(settings, name="rival", role="investor", investor="rival", **BY).key
    accept(settings, "fund", "inva@1", **BY)
    return Parties(settings, stock, keys, agreed, units)


def with_meetings(found: Parties, *, rival_away: bool = False) -> Parties:
    """The same with a plan of meetings of two investors, the second of whom may not come."""
    day = MeetingDay.read(DAY_OF_MEETINGS)
    mandates = [Mandate(id=name, name=name, risk_appetite="high", accept_unknown=True) for name in ("fund", "rival")]
    planned = plan_among(found.stock, day, mandates)
    with Register.open(found.settings.database_url) as register:
        keep_plan(register, planned, over=None, **BY)
        if rival_away:
            keep_plan(register, plan_again(planned, [Gone("rival")]), over=1, **BY)
    return found


def with_wishes(found: Parties, source: str) -> Parties:
    """The same with what the owner of a unit wants, and who says so."""
    with Register.open(found.settings.database_url) as register:
        more = {"source": source, "stated_on": NOON.date(), **BY}
        state_wishes(register, found.agreed[0], "owner", {"partners": "operator"}, **more)
    return found


_WRITTEN: dict[int, tuple[Model, bytes, str]] = {}
"""By its id, a model, its file and the digest of that: packing one takes .2 s, and equal models give equal bytes."""


def at_work(found: Parties, model) -> Parties:
    """The same with its model put to work, for what reads the workspace anew."""
    path = path_of(found.settings.models, model.version)
    if id(model) not in _WRITTEN:
        document = model.document.model_copy(update={"card": {"version": model.version}, "metrics": {"rows": 1}})
        digest = save(path, model.heads, document)
        _WRITTEN[id(model)] = (model, path.read_bytes(), digest)
    _, content, digest = _WRITTEN[id(model)]
    write_whole(path, content)
    with Register.open(found.settings.database_url) as register:
        register.promotions.record(
            model_version=model.version, digest=digest, promoted_at=NOON, reason="first", metrics={"brier": 0.2}
        )
    return found


def _party(role):
    return {"investor": "fund", "bank": "bank"}.get(role.value)


def fresh(found: Parties, folder: Path) -> Parties:
    """The same in a copy of its register, for tests that change it."""
    import shutil

    shutil.copytree(found.settings.home, folder, dirs_exist_ok=True)
    settings = replace(found.settings, home=folder, database_url=f"sqlite:///{folder / 'ehya.db'}")
    return replace(found, settings=settings, keys=dict(found.keys))
