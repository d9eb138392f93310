"""The import law of docs/architecture.md."""

from __future__ import annotations

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import house
import pytest

MAY_IMPORT = {
    "engine": {"engine"},
    "features": {"engine", "features"},
    "training": {"engine", "features", "training"},
    "serving": {"engine", "features", "serving"},
    "experiments": {"engine", "features", "training", "serving", "experiments"},
}
REACHES_TRAINING = "serving.desk.learning"
"""The one room of serving that may, inside its functions: the use cases of a data scientist."""
SERVING_MAY_IMPORT = {
    "i18n": set(),
    "disclosure": set(),
    "desk": {"disclosure"},
    "html": {"i18n"},
    "reports": {"i18n", "html", "disclosure", "desk"},
    "pages": {"i18n", "html", "disclosure", "desk", "reports"},
    "api": {"i18n", "html", "disclosure", "desk", "reports", "pages"},
    "client": {"api"},
    "cli": {"i18n", "html", "disclosure", "desk", "reports", "pages", "api"},
}
SOLE_IMPORTER = {
    "sqlalchemy": "engine.store",
    "alembic": "engine.store",
    "optuna": "training.tuning.search",
    "mlflow": "training.registry.mlflow_store",
}


BELOW = {
    "statistics": set(),
    "tuning": {"statistics"},
    "priors": {"statistics"},
    "cohort": {"statistics"},
    "propensity": {"statistics", "cohort"},
    "models": {"statistics", "tuning", "priors", "cohort", "propensity"},
    "panel": {"statistics", "models"},
    "evaluation": {"statistics", "tuning", "priors", "cohort", "propensity", "models"},
    "dataset": {"statistics", "tuning", "priors", "cohort", "propensity", "models", "evaluation"},
    "learners": {"statistics", "tuning", "priors", "cohort", "propensity", "models", "evaluation", "dataset"},
    "gates": {"statistics", "tuning", "priors", "cohort", "propensity", "models", "evaluation"},
    "registry": {"statistics", "tuning", "priors", "cohort", "propensity", "models", "evaluation", "gates"},
    "monitoring": {"statistics", "tuning", "priors", "cohort", "propensity", "models", "evaluation", "gates"},
    "pipeline": {
        "statistics", "tuning", "priors", "cohort", "propensity", "models", "evaluation", "gates", "registry",
        "monitoring", "panel", "dataset", "learners",
    },
}  # fmt: skip
"""Inside training: what the modules of a room may import beside their own. Levels are pipeline, then gates, registry,
monitoring, learners, dataset and evaluation, then panel (its answers move the slopes of a belief), then models, then
cohort, priors, propensity and tuning, then statistics. Within a level propensity reads cohorts, gates and dataset read
evaluation, learners read dataset, registry and monitoring read both; nothing points back, so that the rooms have no
circle."""

LONGEST_IN_TRAINING = 8


@pytest.mark.parametrize("room", BELOW)
def test_a_room_of_training_imports_only_the_rooms_below_it(room):
    for name, targets in house.graph().items():
        if name.split(".")[:2] == ["training", room]:
            rooms = {target.split(".")[1] for target in targets if target.startswith("training.")}
            assert rooms <= BELOW[room] | {room}, f"{name} imports {sorted(rooms - BELOW[room] - {room})}"


def test_every_room_of_training_has_its_place_in_the_law():
    assert {path.parent.name for path in (house.ROOT / "training").glob("*/__init__.py")} == set(BELOW)


def test_a_chain_of_imports_inside_training_is_short():
    inside = {
        name: {target for target in targets - {name} if target.split(".")[0] == "training"}
        for name, targets in house.graph().items()
        if name.split(".")[0] == "training"
    }
    longest: dict[str, int] = {}
    for name in TopologicalSorter(inside).static_order():
        longest[name] = 1 + max((longest[target] for target in inside[name]), default=0)
    assert max(longest.values()) <= LONGEST_IN_TRAINING


LONGEST = {"engine": 12, "engine.store": 7, "features": 9, "training": 16, "serving": 26}
"""Modules in the longest chain of imports that begins in a room, deferred ones included; it may only get shorter."""


@pytest.mark.parametrize("room", LONGEST)
def test_the_longest_chain_of_imports_is_at_most_so_many(room):
    imported = {name: targets - {name} for name, targets in house.graph().items()}
    longest: dict[str, int] = {}
    for name in TopologicalSorter(imported).static_order():
        longest[name] = 1 + max((longest[target] for target in imported[name]), default=0)
    begun = {name: length for name, length in longest.items() if f"{name}.".startswith(f"{room}.")}
    assert max(begun.values()) <= LONGEST[room]


@pytest.mark.parametrize("room", house.ROOMS)
def test_a_room_imports_only_the_rooms_below_it(room):
    for path in house.sources(room):
        rooms = {name.split(".")[0] for name in house.imports(path)} & (set(house.ROOMS) | {"tests"})
        reaches = f"{house.module_name(path)}.".startswith(f"{REACHES_TRAINING}.")
        allowed = MAY_IMPORT[room] | ({"training"} if reaches else set())
        assert rooms <= allowed, f"{path} imports {sorted(rooms - allowed)}"


def test_serving_reaches_training_only_inside_functions():
    for path in house.sources(REACHES_TRAINING.replace(".", "/")):
        assert not {name for name in house.imports(path, deferred=False) if name.split(".")[0] == "training"}


@pytest.mark.parametrize("room", SERVING_MAY_IMPORT)
def test_a_room_of_serving_imports_only_the_rooms_below_it(room):
    for path in house.sources(f"serving/{room}"):
        rooms = {name.split(".")[1] for name in house.imports(path) if name.startswith("serving.")}
        assert rooms <= SERVING_MAY_IMPORT[room] | {room}, f"{path} imports {sorted(rooms)}"


def test_every_room_of_serving_has_its_law():
    rooms = {path.name for path in (house.ROOT / "serving").iterdir() if (path / "__init__.py").is_file()}
    assert rooms == set(SERVING_MAY_IMPORT)


def test_no_module_imports_itself_in_a_circle():
    try:
        tuple(TopologicalSorter(house.graph()).static_order())
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize(("library", "owner"), SOLE_IMPORTER.items())
def test_a_heavy_library_has_one_importer(library, owner):
    for path in house.sources("engine", "features", "training", "serving"):
        if library in {name.split(".")[0] for name in house.imports(path)}:
            assert house.module_name(path).startswith(owner), f"{path} imports {library}; only {owner} may"


def test_loading_scoring_and_serving_need_neither_training_nor_mlflow_nor_optuna():
    script = (
        "import engine.scoring, engine.store, engine.matching, features.matrix, serving.api, sys;"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'training', 'mlflow', 'optuna'}))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=house.ROOT, check=True)
    assert printed.stdout.strip() == "[]"
