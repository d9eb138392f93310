"""Which learner it is: what is called alike and made otherwise has another identity, in every process the same one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from training.learners.identity import identity
from training.learners.protocol import learner_named

MODULE = """
class Rule:
    def __init__(self, share=0.5):
        self.share, self.whole = share, self
    def fit_landmarks(self, X, y, *, weights, dates, groups):
        return self
    def feasibility(self, X):
        return {says}
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A learner called Rule of a module whose text one gives."""

    def write(name, says="X['a'] * 0"):
        (tmp_path / f"{name}.py").write_text(MODULE.format(says=says))
        return learner_named(f"{name}:Rule")

    monkeypatch.chdir(tmp_path)
    yield write
    for name in [name for name in sys.modules if name.startswith("rule_of_the_test")]:
        del sys.modules[name]


def test_learners_of_one_name_are_told_from_each_other_by_source_and_state(written):
    one, other = written("rule_of_the_test_1"), written("rule_of_the_test_2", "X['a'] * 0 + 0.5")
    assert identity(one).startswith("Rule #")
    assert identity(one) == identity(type(one)())
    assert identity(one) != identity(type(one)(0.6))
    assert identity(one) != identity(other)
    assert identity(type(one)(np.arange(3))) != identity(type(one)(np.arange(4)))


def test_a_pipeline_too_long_to_be_written_is_told_by_every_setting():
    def line(seed):
        steps = [SimpleImputer(fill_value=number) for number in range(40)]
        return make_pipeline(*steps, LogisticRegression(C=0.123456, random_state=seed))

    assert identity(line(1)) == identity(line(1))
    assert identity(line(1)) != identity(line(2))


def test_a_function_in_a_pipeline_is_part_of_it():
    one, other = (make_pipeline(FunctionTransformer(step), LogisticRegression()) for step in (np.log1p, np.sqrt))
    assert identity(one) != identity(other)


def test_another_process_gives_the_same_identity(written, tmp_path):
    here = identity(written("rule_of_the_test_3"))
    code = (
        "from training.learners.identity import identity; from rule_of_the_test_3 import Rule; print(identity(Rule()))"
    )
    root = Path(__file__).parents[3]
    there = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": f"{root}:{tmp_path}", "PATH": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert there.stdout.strip() == here
