"""An appraisal for the tests of everything that shows one: units and predictions are made up, the judgement is real."""

import asyncio
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import pandas as pd
import pytest

from engine.appraisal import appraise
from engine.domain.prediction import Output, columns
from engine.domain.unit import unit_table
from engine.ranking.terms import Terms
from engine.scoring.artefact import Model
from engine.settings import Settings
from experiments.province_simulator.province import simulate
from serving.api import Shelf, create_app
from serving.api.listening import reserved
from serving.api.server import server_of
from serving.desk.appraisal import Appraised
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.disclosure.masking import Audience, visible
from serving.reports.words import PROBABILITIES
from tests.serving.api.parties import at_work, fresh, parties
from tests.training.conftest import press_model

DAY = pd.Timestamp("2026-11-23")
COUNTIES = ("Urmia", "Khoy", "Mahabad", "Bukan", "Miandoab", "Salmas", "Naqadeh", "Maku")
DIVISIONS = ("10", "13", "20", "22", "23", "25")
NAMES = ("آرد زاگرس", "نساجی چیچست", "پلاستیک ارومان", "کنسرو سهند", "آجر ساوالان", "قطعه‌سازان آرارات")


def made_up_appraisal(n: int = 40, seed: int = 7, audience: Audience = Audience.OFFICE) -> pd.DataFrame:
    """An appraisal table of n synthetic units for an audience; every seventh is not scorable."""
    rng = np.random.default_rng(seed)
    ids = [f"unit-{row:04d}" for row in range(n)]
    units = unit_table(
        pd.DataFrame(
            {
                "unit_id": ids,
                "business_id": [f"{770000000000 + row}" for row in range(n)],
                "national_id": [f"{10660000000 + row}" for row in range(n)],
                "name": [f"{NAMES[row % len(NAMES)]} {row + 1}" for row in range(n)],
                "province": "West Azerbaijan",
                "county": [COUNTIES[int(at)] for at in rng.integers(0, len(COUNTIES), n)],
                "isic": [DIVISIONS[int(at)] for at in rng.integers(0, len(DIVISIONS), n)],
                "status": ["idle" if row % 4 else "semi_active" for row in range(n)],
                "stopped_on": "2021-03-21",
                "stopped_on_precision": "year",
                "stop_causes": "bank_debt;working_capital",
                "jobs_before_stop": rng.integers(10, 180, n),
                "jobs_now": rng.integers(0, 5, n),
                "bank_debt_rial": rng.integers(10**9, 10**12, n) // np.where(np.arange(n) % 2, 1, 1_000),
                "tax_debt_rial": 987_654_321_987,
                "equipment": "2|پرس|2009|sound;1|اره||",
                "debts": [f"bank|بانک محرمانه {row}|123456789{row:03d};other||5000" for row in range(n)],
                "bank_owned": [row % 5 == 0 for row in range(n)],
                "litigation_count": [7 if row % 4 == 0 else 0 for row in range(n)],
                "notes": "یادداشت محرمانه",
                "capital_needed_rial": [None if row % 3 else int(rng.integers(10**10, 10**12)) for row in range(n)],
                "title_deed": True,
                "deal_forms": "lease;sale",
                "origin": "synthetic",
                "source": "made_up.xlsx",
                "as_of": "2026-09-23",
                "confidence": "declared",
                "price_year": 1405,
            }
        )
    )
    predictions = _predictions(units, rng)
    return appraise(visible(units, audience), predictions, as_of=DAY, terms=Terms(price_year=1405))


def _predictions(units: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    n = len(units)
    feasibility = rng.beta(3, 6, n)
    jobs = units["jobs_before_stop"].to_numpy(dtype=float) * rng.uniform(0.4, 0.9, n)
    capital = units["capital_needed_rial"].astype("float64").to_numpy() / 1e9
    points = {
        Output.REPORTED_STATUS: np.clip(feasibility * 1.4, 0, 0.97),
        Output.FEASIBILITY: feasibility,
        Output.FEASIBILITY_UNIT: feasibility,
        Output.JOBS_IF_REVIVED: jobs,
        Output.JOBS_EXPECTED: jobs * feasibility,
        Output.JOBS_PER_BILLION_RIAL: jobs / capital,
        Output.JOBS_EXPECTED_PER_BILLION_RIAL: jobs * feasibility / capital,
    }
    frame = pd.DataFrame(index=units.index)
    for output, point in points.items():
        low, middle, high = columns(output)
        frame[low], frame[middle] = point * (0.25 if output is Output.FEASIBILITY_UNIT else 0.5), point
        frame[high] = np.minimum(point * 1.8, 1.0) if output in PROBABILITIES else point * 1.8
    frame["scorable"] = np.arange(n) % 7 != 6
    frame.loc[~frame["scorable"], [name for output in Output for name in columns(output)]] = np.nan
    frame["not_scorable"] = np.where(frame["scorable"], "", "no_idle_time;no_sector")
    frame["prior_driven"] = frame["scorable"]
    frame["out_of_fold"] = False
    frame["model_version"] = "2026-11-23-abc123"
    frame["model_data_until"] = pd.Timestamp("2026-09-23")
    return frame


@pytest.fixture(scope="session")
def first_day(once) -> Model:
    """A model of the first day, as a fresh workspace has it."""
    return once.value("press-model", press_model)[0].model


@pytest.fixture(scope="session")
def province() -> pd.DataFrame:
    """Synthetic units with gaps, private fields among them."""
    return simulate(150, seed=3).units.assign(origin="synthetic", source="office.xlsx")


def stock_of(table: pd.DataFrame) -> Stock:
    """An appraisal that was made for the public, on offer."""
    return Stock.of(Appraised(table, Question(as_of=DAY, price_year=1405), Audience.PUBLIC))


@pytest.fixture(scope="session")
def shelf_of():
    """Makes a shelf with an appraisal that was made for the public."""
    return lambda table: Shelf(stock_of(table))


@pytest.fixture(scope="session")
def appraisal() -> pd.DataFrame:
    """What the office sees."""
    return made_up_appraisal()


@pytest.fixture(scope="session")
def public_appraisal() -> pd.DataFrame:
    """The same units as the public sees them."""
    return made_up_appraisal(audience=Audience.PUBLIC)


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    return Settings(home=tmp_path_factory.mktemp("workspace"), database_url="sqlite://", language="fa")


@pytest.fixture(scope="session")
def app(public_appraisal, settings, shelf_of):
    return create_app(settings=settings, shelf=shelf_of(public_appraisal))


CERTIFICATES = ssl.create_default_context()
"""Read once: each client would read all of them anew, though none is asked for."""


def calling(address: str, **more) -> httpx.Client:
    """A client of a service that listens."""
    return httpx.Client(base_url=address, verify=CERTIFICATES, **{"timeout": 30, **more})


@contextmanager
def listening(app) -> Iterator[str]:
    """The service on a free port of this computer, really listening."""
    with reserved("127.0.0.1", 0) as sockets:
        port = sockets[0].getsockname()[1]
        server = server_of(app, log_level="critical")
        thread = threading.Thread(target=server.run, args=(sockets,), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def listen():
    """Serves an application on a free port of this computer while a block runs."""
    return listening


@pytest.fixture(scope="session")
def address(app) -> Iterator[str]:
    with listening(app) as address:
        yield address


@pytest.fixture(scope="session")
def opened(settings, shelf_of):
    """Opens a client to a service that shows an appraisal."""

    @contextmanager
    def client(appraisal) -> Iterator[httpx.Client]:
        shown = create_app(settings=settings, shelf=shelf_of(appraisal))
        with listening(shown) as address, calling(address) as found:
            yield found

    return client


@pytest.fixture(scope="session")
def client(address) -> Iterator[httpx.Client]:
    with calling(address) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared(tmp_path_factory, first_day):
    """A workspace that several parties share; nobody writes to it."""
    return parties(tmp_path_factory.mktemp("parties"), first_day)


@pytest.fixture(scope="session")
def working(shared, first_day, tmp_path_factory):
    """The same with its model at work, for tests that add to it and mind nothing that others add."""
    return at_work(fresh(shared, tmp_path_factory.mktemp("working")), first_day)


@pytest.fixture(scope="session")
def working_address(working):
    """Where that workspace is served."""
    with listening(working.app()) as address:
        yield address


@pytest.fixture
def own_copy(shared, tmp_path):
    """The same, for one test to change."""
    return fresh(shared, tmp_path)


@pytest.fixture(scope="session")
def ask():
    """Asks an application as the bearer of a key; no server stands between."""

    def asked(app, path, key=None, method="GET", headers=None, **more):
        async def one():
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                given = {} if key is None else {"authorization": f"Bearer {key}"}
                return await client.request(method, path, headers={**given, **(headers or {})}, **more)

        return asyncio.run(one())

    return asked
