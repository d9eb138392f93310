"""Which learner it is: what is called alike and made otherwise has another identity, in every process the same one."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import FunctionType

import numpy as np
import pandas as pd
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


def made_with(number):
    """A function that closes over a number."""

    def within(X):
        return np.clip(X, 0, number)

    return within


def given(X, most=1):
    """A function with a default."""
    return np.clip(X, 0, most)


def given_more():
    changed = FunctionType(given.__code__, given.__globals__, given.__name__, (5,))
    changed.__qualname__ = given.__qualname__
    return changed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (partial(np.clip, a_min=0, a_max=1), partial(np.clip, a_min=0, a_max=5)),
        (partial(np.clip, a_max=1), partial(np.nan_to_num, nan=1)),
        (made_with(2), made_with(3)),
        (given, given_more()),
        (lambda X: X + 1, lambda X: X + 2),
        (lambda X: np.log1p(X), lambda X: np.sqrt(X)),
        (np.log1p, np.sqrt),
        (Path("a").joinpath, Path("b").joinpath),
    ],
    ids=["settings", "function of settings", "closure", "default", "constant", "name", "ufunc", "method of an object"],
)  # fmt: skip
def test_two_functions_of_one_name_are_two(one, other):
    def line(step):
        return Rule(make_pipeline(FunctionTransformer(step), LogisticRegression()))

    assert identity(line(one)) != identity(line(other))
    assert identity(line(one)) == identity(line(one))


class Rule:
    """A learner around another one."""

    def __init__(self, inside):
        self.inside = inside


@pytest.mark.parametrize("kind", [np.random.RandomState, np.random.default_rng])
def test_two_states_of_chance_are_two(kind):
    one, other = (identity(LogisticRegression(random_state=kind(seed))) for seed in (1, 2))
    assert one != other
    assert one == identity(LogisticRegression(random_state=kind(1)))
    assert " at 0x" not in one


def test_two_tables_that_differ_in_their_names_are_two():
    one, other = (identity(Rule(pd.DataFrame({name: [1.0, 2.0]}))) for name in ("jobs", "area"))
    assert one != other


def test_a_class_without_a_source_is_told_by_what_its_methods_do():
    """As typed in at a prompt; a method that calls its parent's closes over its own class."""

    def typed(line):
        place = {"__name__": "typed_in"}
        exec(f"class Typed:\n    def feasibility(self, X):\n        super().__init__()\n        return {line}", place)
        return place["Typed"]()

    assert identity(typed("X + 1")) == identity(typed("X + 1"))
    assert len({identity(typed(line)) for line in ("X + 1", "X + 2", "abs(X)", "len(X)")}) == 4


MANY = """
import json
from functools import partial
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from training.learners.identity import identity
from rule_of_the_test_4 import Rule
def line(step):
    return make_pipeline(FunctionTransformer(step), LogisticRegression())
learners = (
    line(np.nan_to_num), line(np.log1p), line(partial(np.clip, a_max=1)), Rule({np.sqrt: {"a", "b", "c"}}),
    LogisticRegression(random_state=np.random.RandomState(1)), Rule(np.random.default_rng(1)), Rule(print), Rule(np),
    make_pipeline(*[FunctionTransformer(np.nan_to_num) for _ in range(40)], LogisticRegression()),
    line(lambda X: X if "a" in {"a", "b", "c"} else X + 1),
)
print(json.dumps([identity(learner) for learner in learners]))
"""


def test_another_process_gives_the_same_identity(written, tmp_path):
    here = identity(written("rule_of_the_test_3"))
    code = (
        "from training.learners.identity import identity; from rule_of_the_test_3 import Rule; print(identity(Rule()))"
    )
    assert in_a_process(code, tmp_path, "0") == here


def test_no_place_in_memory_and_no_order_of_a_set_is_part_of_an_identity(written, tmp_path):
    written("rule_of_the_test_4")
    one, other = (in_a_process(MANY, tmp_path, number) for number in ("1", "2"))
    assert one == other
    assert "0x" not in one
    assert len(set(json.loads(one))) == 10


def in_a_process(code, folder, hashing):
    """What another process prints, whose places in memory and whose order of sets are other ones."""
    root = Path(__file__).parents[3]
    there = subprocess.run(
        [sys.executable, "-c", code], cwd=folder,
        env={"PYTHONPATH": f"{root}:{folder}", "PATH": "", "PYTHONHASHSEED": hashing},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return there.stdout.strip()
