"""A model is put to work only when every part is there, of its size, and answers."""

from __future__ import annotations

import copy
import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge

from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import FORMAT, HEADS, MODEL
from engine.scoring.hazards import DRAWS, PERIODS
from engine.scoring.integrity import load_whole

X = np.random.default_rng(0).normal(size=(200, PERIODS))
Y = (X[:, 0] > 0).astype(int)


def line() -> LogisticRegression:
    return LogisticRegression(fit_intercept=False).fit(X, Y)


def hazard(**changes: object) -> dict:
    fitted = np.tile(line().coef_, (DRAWS, 1)).tolist()
    plain = {"periods": PERIODS, "link": "logit", "share": 0.5, "spread": 1.0, "effects": {}, "refits": fitted}
    return plain | changes


def document(kind: str) -> dict:
    plain = json.loads(Path(__file__).with_name("documents").joinpath(f"{kind}.json").read_text(encoding="utf-8"))
    if kind == "reported":
        return plain
    hazards = plain["hazards"] | {"restart": hazard(), "end": hazard()}
    return plain | {"hazards": hazards, "design": [], "ranges": {}}


NEEDED = {
    "reported": ("promoted", "held_out"),
    "outcomes": ("ranges", "design", "hazards", "jobs"),
    "both": (
        "version", "data_until", "schema", "features", "fitted", "fold_of", "population", "prior_driven", "metrics",
        "card",
    ),
}  # fmt: skip


def save(path: Path, parts: dict, written: dict) -> str:
    """A file with any document, as an attacker or another program may write it; returns its sha256."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MODEL, json.dumps({**written, "format": FORMAT}))
        archive.writestr(HEADS, skops.io.dumps(parts))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def heads() -> dict:
    size = Ridge().fit(np.array([[0.0], [1.0]]), [0.0, 1.0])
    chance = LogisticRegression().fit(np.array([[0.0], [1.0]]), [0, 1])
    return {"restart": line(), "end": line(), "jobs_any": chance, "jobs_size": size}


def refused(path, parts, written):
    with pytest.raises(EhyaError) as caught:
        load_whole(path, digest=save(path, parts, written))
    assert caught.value.code is ErrorCode.NOT_A_MODEL


@pytest.mark.parametrize("kind", ["reported", "outcomes"])
def test_a_model_that_lacks_a_part_is_not_put_to_work(tmp_path, kind):
    path, whole = tmp_path / "model.ehya", document(kind)
    assert load_whole(path, digest=save(path, heads(), whole)).kind == kind
    for part in (*NEEDED["both"], *NEEDED[kind]):
        for broken in ({**whole, part: 3.5}, {name: each for name, each in whole.items() if name != part}):
            refused(path, heads(), broken)


@pytest.mark.parametrize(
    "refits",
    [
        [], [[0.0]], [[0.0] * PERIODS] * 3, [[0.0] * (PERIODS + 1)] * DRAWS, [0.0] * DRAWS, None,
        [["a"] * PERIODS] * DRAWS, [[0.0] * PERIODS] * (DRAWS - 1) + [[0.0]],
    ],
)  # fmt: skip
def test_worlds_that_do_not_fit_the_line_or_the_other_heads_are_refused(tmp_path, refits):
    broken = document("outcomes")
    broken["hazards"]["restart"]["refits"] = refits
    refused(tmp_path / "model.ehya", heads(), broken)


@pytest.mark.parametrize("periods", [10**12, -1, 0, 3, 5, "4", 4.0, True, None])
def test_a_claim_of_more_periods_than_there_are_is_refused_and_nothing_is_made_for_it(tmp_path, periods):
    """With boosting beside the line a score is made of units by periods: 10^12 of them are 8 TB a unit."""
    broken = document("outcomes")
    broken["hazards"]["restart"]["periods"] = periods
    trees = HistGradientBoostingClassifier(max_iter=2).fit(np.column_stack([X[:, :2], np.zeros(len(X))]), Y)
    refused(tmp_path / "model.ehya", heads() | {"restart_trees": trees}, broken)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("hazards", "restart", "link"), "probit"),
        (("hazards", "restart", "spread"), "wide"),
        (("hazards", "capacity", "prior"), {"a": -1.0, "b": 2.0}),
        (("hazards", "capacity", "prior"), {}),
        (("hazards", "other"), {"refits": []}),
        (("jobs", "refit_of"), [0, 10**12]),
        (("jobs", "group"), [7, 7]),
        (("jobs", "residuals"), []),
        (("jobs", "refits"), [[1.0]]),
        (("jobs", "promise_scale"), 0),
        (("jobs", "ratio"), {}),
        (("design",), [{"column": "c", "levels": None, "centre": [0.0], "scale": 1.0, "log": False}]),
        (("design",), [{"column": "a", "levels": [1.0], "centre": [0.0] * 1000, "scale": 1.0, "log": False}]),
        (("ranges",), {"c": [0.0, 1.0]}),
        (("features",), ["a", "a"]),
        (("features",), [{"a": 1}]),
    ],
)
def test_parts_that_do_not_fit_together_are_found_by_asking(tmp_path, where, value):
    broken = copy.deepcopy(document("outcomes"))
    part = broken
    for name in where[:-1]:
        part = part[name]
    part[where[-1]] = value
    refused(tmp_path / "model.ehya", heads(), broken)


@pytest.mark.parametrize("name", list(heads()))
def test_a_head_that_is_missing_or_another_is_refused(tmp_path, name):
    others = {other: head for other, head in heads().items() if other != name}
    refused(tmp_path / "model.ehya", others, document("outcomes"))
    refused(tmp_path / "model.ehya", others | {name: LogisticRegression().fit(X[:, :3], Y)}, document("outcomes"))
