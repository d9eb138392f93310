"""Hazards of several periods at once, against scikit-learn, Kaplan-Meier, Aalen-Johansen and Cox."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from engine.scoring.hazards import incidence, inverse_link
from engine.scoring.sections import HazardLink
from training.statistics.binomial import Prior, Rows, derivatives, fit_rows, loss_of, unit_scores

with warnings.catch_warnings():
    # lifelines 0.30 is older than pandas 3
    warnings.simplefilter("ignore")
    from lifelines import AalenJohansenFitter, CoxPHFitter, KaplanMeierFitter, datasets

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:lifelines"),
    pytest.mark.filterwarnings("ignore::FutureWarning:lifelines"),
    pytest.mark.filterwarnings("ignore:.*:pandas.errors.Pandas4Warning"),
]

NO_PRIOR = 1e-12


def flat(parameters: int) -> Prior:
    return Prior(np.zeros(parameters), NO_PRIOR * np.eye(parameters))


def by_event_time(time: np.ndarray, event: np.ndarray, of: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """At risk and event of one kind, shape (n, distinct times of any event): a period for each of them."""
    times = np.unique(time[event > 0])
    at_risk = time[:, None] >= times
    return times, at_risk, (time[:, None] == times) & (event == of)[:, None]


def untied(time: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every duration once: lifelines' Aalen-Johansen moves tied times at random, Kaplan-Meier does not."""
    _, first = np.unique(time, return_index=True)
    return time[first], event[first]


def saturated(at_risk: np.ndarray, event: np.ndarray, link: HazardLink = HazardLink.LOGIT) -> np.ndarray:
    rows = Rows(np.empty((len(at_risk), 0)), at_risk, event, np.ones(len(at_risk)))
    return inverse_link(fit_rows(rows, flat(at_risk.shape[1]), link=link), link)


@pytest.mark.parametrize("link", list(HazardLink))
@pytest.mark.parametrize("name", ["load_waltons", "load_gbsg2", "load_lung"])
def test_the_saturated_model_is_kaplan_meier(name, link):
    frame = getattr(datasets, name)().rename(columns={"time": "T", "cens": "E", "status": "E"})
    time, event = frame["T"].to_numpy(float), frame["E"].astype(int).to_numpy()
    times, at_risk, died = by_event_time(time, event, 1)
    ours = np.cumprod(1 - saturated(at_risk, died, link))
    peer = KaplanMeierFitter().fit(time, event).survival_function_at_times(times).to_numpy()
    assert np.abs(ours - peer).max() < 1e-8


@pytest.mark.parametrize("name", ["load_waltons", "load_gbsg2", "load_lung"])
@pytest.mark.parametrize("of", [1, 2])
def test_cumulative_incidence_of_the_saturated_model_is_aalen_johansen_on_untied_times(name, of):
    frame = getattr(datasets, name)().rename(columns={"time": "T", "cens": "E", "status": "E"})
    time, event = untied(frame["T"].to_numpy(float), frame["E"].astype(int).to_numpy())
    # the sets have one kind of event: every third is called another
    event = np.where((event == 1) & (np.arange(len(event)) % 3 == 0), 2, event)
    times, at_risk, first = by_event_time(time, event, 1)
    second = by_event_time(time, event, 2)[2]
    ours = incidence(saturated(at_risk, first), saturated(at_risk & ~first, second))[of - 1]
    peer = AalenJohansenFitter(calculate_variance=False).fit(time, event, event_of_interest=of)
    theirs = peer.cumulative_density_.iloc[:, 0].reindex(times).to_numpy()
    assert np.abs(ours - theirs).max() < 1e-8


@pytest.mark.parametrize(
    ("name", "time", "event", "columns"),
    [
        ("load_rossi", "week", "arrest", ["fin", "age", "race", "wexp", "mar", "paro", "prio"]),
        ("load_gbsg2", "time", "cens", ["age", "tsize", "pnodes", "progrec", "estrec"]),
        ("load_larynx", "time", "death", ["age", "Stage_II", "Stage_III", "Stage_IV"]),
        ("load_regression_dataset", "T", "E", ["var1", "var2", "var3"]),
    ],
)
def test_cloglog_on_fine_periods_gives_the_coefficients_of_cox(name, time, event, columns):
    """Ties are broken by a hair in both: a grouped Cox model is the cloglog one only when periods are fine.

    With a free intercept for every death the two differ by the share of a single unit in its risk set: on the 42
    patients of ``load_leukemia`` that is .11, on all larger sets it is below .02.
    """
    frame = getattr(datasets, name)()[[time, event, *columns]].astype(float)
    order = np.random.default_rng(0).permutation(len(frame))
    frame[time] = frame[time] + 1e-6 * frame[time].max() * order / len(frame)
    frame[columns] = (frame[columns] - frame[columns].mean()) / frame[columns].std()
    _, at_risk, happened = by_event_time(frame[time].to_numpy(), frame[event].astype(int).to_numpy(), 1)
    rows = Rows(frame[columns].to_numpy(), at_risk, happened, np.ones(len(frame)))
    ours = fit_rows(rows, flat(at_risk.shape[1] + len(columns)), link=HazardLink.CLOGLOG)[at_risk.shape[1] :]
    peer = CoxPHFitter().fit(frame, time, event).params_[columns].to_numpy()
    assert np.abs(ours - peer).max() < 0.02


@pytest.fixture
def numbers() -> Rows:
    draw = np.random.default_rng(0)
    spread = draw.normal(size=(300, 4))
    periods = draw.integers(1, 4, 300)
    at_risk = np.arange(3) < periods[:, None]
    chance = expit(spread[:, :1] - 1 + 0.3 * np.arange(3))
    event = at_risk & (np.arange(3) == periods[:, None] - 1) & (draw.random((300, 3)) < chance)
    return Rows(spread, at_risk, event, draw.uniform(0.2, 2, 300))


@pytest.mark.parametrize("penalty", [0.1, 5.0])
def test_the_logit_line_is_the_one_of_scikit_learn_on_the_table_of_persons_and_periods(numbers, penalty):
    prior = Prior(np.zeros(7), penalty * np.eye(7))
    ours = fit_rows(numbers, prior)
    row, period = np.nonzero(numbers.at_risk)
    table = np.column_stack([np.eye(3)[period], numbers.columns[row]])
    peer = LogisticRegression(C=1 / penalty, fit_intercept=False, tol=1e-12, max_iter=10_000).fit(
        table, numbers.event[row, period], sample_weight=numbers.weights[row]
    )
    assert np.allclose(ours, peer.coef_[0], atol=1e-5)


@pytest.mark.parametrize("sifting", [False, True])
@pytest.mark.parametrize("link", list(HazardLink))
def test_gradients_are_those_of_the_loss(numbers, link, sifting):
    if sifting:
        numbers = replace(numbers, exposure=1.5 * (np.arange(300)[:, None] % 5 + np.arange(3) + 0.5))
    prior = Prior(np.full(7, 0.3), 2 * np.eye(7))
    at = np.linspace(-1, 0.5, 7)

    def gradient(found):
        return derivatives(numbers, prior, found, link)[0]

    assert check_grad(lambda found: loss_of(numbers, prior, found, link), gradient, at) < 1e-3
    scores = unit_scores(numbers, at, np.arange(300) % 7, 7, link=link)
    assert np.allclose(prior.precision @ (at - prior.centre) - scores.sum(axis=0), gradient(at))


@pytest.mark.parametrize("link", list(HazardLink))
def test_columns_of_very_different_size_and_a_period_without_events_still_converge(numbers, link):
    rows = Rows(
        numbers.columns * [1, 100, 0.01, 10], numbers.at_risk, numbers.event & [True, True, False], numbers.weights
    )
    prior = Prior(np.zeros(7), np.diag([0.1] * 3 + [1e-3] * 4))
    found = fit_rows(rows, prior, link=link)
    assert np.abs(derivatives(rows, prior, found, link)[0]).max() < 1e-5


@pytest.mark.parametrize("events", [True, False])
def test_a_single_class_ends_at_a_finite_line_under_a_prior(numbers, events):
    rows = Rows(numbers.columns, numbers.at_risk, numbers.at_risk & events, numbers.weights)
    found = fit_rows(rows, Prior(np.zeros(7), np.eye(7)))
    assert np.isfinite(found).all()
    assert ((found[:3] > 0) == events).all()


def test_without_rows_the_line_is_the_centre_of_its_prior():
    none = Rows(np.empty((0, 2)), np.empty((0, 3), bool), np.empty((0, 3), bool), np.empty(0))
    centre = np.array([-1.0, -2.0, -3.0, 0.0, 0.0])
    assert np.array_equal(fit_rows(none, Prior(centre, np.eye(5))), centre)


def test_weights_of_two_are_two_rows(numbers):
    twice = Rows(
        *(np.concatenate([each, each]) for each in (numbers.columns, numbers.at_risk, numbers.event, numbers.weights))
    )
    heavy = Rows(numbers.columns, numbers.at_risk, numbers.event, 2 * numbers.weights)
    prior = Prior(np.zeros(7), np.eye(7))
    assert np.allclose(fit_rows(twice, prior), fit_rows(heavy, prior), atol=1e-9)
    assert twice.events == pytest.approx(heavy.events)
