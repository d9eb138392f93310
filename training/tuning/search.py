"""Search settings by their loss on walk-forward folds: the only importer of optuna."""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.storages import BaseStorage, InMemoryStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import TrialState
from threadpoolctl import threadpool_limits

from engine.errors import EhyaError, ErrorCode
from engine.shards import each
from engine.shards.cluster import workers_at

LEAST_COMPLETE = 4
"""Trials that must have seen all folds before one may be stopped short (assumed)."""

NOTHING = 0.05
"""A gain below this share of the spread (standard deviation) of the incumbent's losses over folds is none: folds differ
far more than recipes do, and a twentieth of that is within what other folds would have said (assumed)."""

Recipe = Mapping[str, Any]
Objective = Callable[[Recipe, int], float]
"""Loss of a recipe on a fold; less is better. With several workers it travels to other processes."""

Progress = Callable[[int, float | None], None]
"""Called after each trial with how many are done and the best loss so far."""


@dataclass(frozen=True, slots=True)
class Real:
    """A number between two ends, both included; ``log`` spreads it evenly over magnitudes."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two ends, both included."""

    low: int
    high: int
    log: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some plain values."""

    values: tuple[Any, ...]


Space = Mapping[str, Real | Whole | Choice]


@dataclass(frozen=True, slots=True)
class Tried:
    """One recipe that was tried.

    Parameters
    ----------
    recipe
        Name -> value.
    losses
        Of the folds it was judged on, in order; fewer than all when it was stopped short.
    complete
        Whether it saw all folds.
    """

    recipe: dict[str, Any]
    losses: tuple[float, ...]
    complete: bool

    @property
    def loss(self) -> float:
        """Mean over the folds seen."""
        return float(np.mean(self.losses))


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a search found.

    Parameters
    ----------
    recipe
        The best of those that saw all folds.
    loss
        Its mean loss.
    trials
        All that was tried: complete ones first, each best first.
    importances
        Name -> share of the loss's variation among the better trials that the setting accounts for (PED-ANOVA,
        Watanabe and others 2023), of the settings that act in the chosen recipe; empty with fewer than three complete
        trials.
    resumed
        Trials that an earlier, interrupted search had left in the journal.
    gain
        By how much the best loss lies below the incumbent's; ``None`` without an incumbent.
    tolerance
        Gain that is none.
    settled
        Whether the search ended before its last trial because further ones added nothing.
    """

    recipe: dict[str, Any]
    loss: float
    trials: tuple[Tried, ...]
    importances: dict[str, float]
    resumed: int = 0
    gain: float | None = None
    tolerance: float = 0.0
    settled: bool = False

    @property
    def adds_nothing(self) -> bool:
        """Whether nothing that was tried is better than the incumbent by more than the tolerance: it was kept."""
        return self.gain is not None and self.gain <= self.tolerance

    def to_json(self) -> dict[str, Any]:
        """As plain values: what is logged."""
        return {
            "recipe": self.recipe,
            "loss": self.loss,
            "importances": self.importances,
            "trials": [asdict(trial) for trial in self.trials],
            "resumed": self.resumed,
            "gain": self.gain,
            "tolerance": self.tolerance,
            "adds_nothing": self.adds_nothing,
            "settled": self.settled,
        }


def tune(
    objective: Objective,
    space: Space,
    *,
    folds: int,
    trials: int,
    timeout: float | None = None,
    workers: int = 1,
    cluster: str = "",
    prune: bool = True,
    journal: Path | None = None,
    study: str = "search",
    starts: Sequence[Recipe] = (),
    patience: int | None = None,
    acting: Callable[[Recipe], Collection[str]] | None = None,
    random_state: int = 0,
    progress: Progress = lambda done, best: None,
    clock: Callable[[], float] = time.monotonic,
) -> Tuned:
    """Search a space by optuna's TPE sampler, fold by fold, so that a bad trial ends early.

    A trial stops short when its mean loss so far is worse than the median of what complete trials had by the same fold
    (the median stopping rule of Golovin and others, "Google Vizier", 2017). optuna's own median pruner compares the
    best single fold instead, which on folds of unequal difficulty spares whoever began with the easy one.

    Parameters
    ----------
    objective
        ``objective(recipe, fold)``, fold 0..folds-1; earlier folds are asked first. It must not depend on chance
        other than through seeds of its own.
    space
        Setting -> range.
    folds
        How many.
    trials
        Recipes to try, those found in the journal included.
    timeout
        Seconds after which no further fold begins; at least one trial is always finished.
    workers
        Processes that try recipes at the same time. One worker: equal arguments give an equal result, resumed or not.
        Several: which trial knew of which depends on timing, so the result is not bit-equal.
    cluster
        Address of a Dask scheduler whose workers try them instead, and read and write the journal where it lies; empty
        for this machine. What is under way there when the time is up is given up.
    prune
        Whether a bad trial stops short; folds of a few dozen rows are too noisy for that.
    journal
        File that keeps every trial as it ends; a killed search goes on where it was. ``None`` keeps it in memory.
    study
        Name of the search in the journal. It must name everything else that the losses depend on (a hash of the data,
        the version of the code): space, folds and seed are added here.
    starts
        Recipes to try first.
    patience
        With it the first of ``starts`` is the incumbent: it is kept unless another recipe's loss lies below its own by
        more than ``NOTHING`` of the spread of its losses over folds, and the search ends once so many trials in a row
        have lowered the best loss by less than that.
    acting
        From a recipe to the settings that act in it; all where ``None``.
    random_state
        Seed.
    progress
        Called after each trial.
    clock
        Seconds, never going back.

    Returns
    -------
    Tuned
        Ties go to the trial that was tried first.

    Raises
    ------
    EhyaError
        ``search_found_nothing`` when no recipe has a finite loss; ``journal_unreadable``.

    Examples
    --------
    >>> found = tune(lambda recipe, fold: (recipe["x"] - 1) ** 2 + fold, {"x": Real(-5, 5)}, folds=2, trials=20)
    >>> abs(found.recipe["x"] - 1) < 0.5, len(found.trials)
    (True, 20)
    """
    name = f"{study}-{_fingerprint(space, folds, random_state, prune, starts)}"
    if cluster:
        workers = max(workers, 2)
    deadline = math.inf if timeout is None else clock() + timeout
    with _quiet(), _journal(journal, workers) as path:
        storage = _storage(path)
        opened = optuna.create_study(storage=storage, study_name=name, load_if_exists=True)
        resumed = _resume(opened, starts)
        start = starts[0] if patience and starts else None
        search = _Search(
            objective, dict(space), folds, trials, path, name, random_state, prune, deadline, clock, patience, start
        )  # fmt: skip
        if path is None or workers == 1:
            while search.attempt(opened):
                _tell(progress, opened)
        else:

            def told(_: int) -> None:
                _tell(progress, optuna.load_study(storage=storage, study_name=name))
                if cluster and clock() >= deadline:
                    raise _LateError

            # Clocks of two machines count from moments of their own, so that only this one tells when it is late.
            tried = replace(search, deadline=math.inf) if cluster else search
            with suppress(_LateError), workers_at(cluster) as client:
                each(tried.attempt_at, range(resumed, trials), client=client, processes=workers, told=told)
        return _tuned(opened, trials, resumed, start, patience, acting)


class _LateError(Exception):
    """The time of a search on a cluster is up."""


@dataclass(frozen=True)
class _Search:
    """What a worker needs to try one recipe."""

    objective: Objective
    space: dict[str, Real | Whole | Choice]
    folds: int
    trials: int
    path: Path | None
    name: str
    random_state: int
    prune: bool
    deadline: float
    clock: Callable[[], float]
    patience: int | None = None
    start: Recipe | None = None

    def attempt_at(self, place: int) -> bool:
        """The same on its own, in a process that has nothing but the journal."""
        return self.attempt(place=place)

    def attempt(self, study: optuna.Study | None = None, place: int | None = None) -> bool:
        """Try one recipe; false when there is nothing left to do or no time to do it in."""
        if study is None:
            with _quiet(), threadpool_limits(limits=1):
                return self.attempt(optuna.load_study(storage=_storage(self.path), study_name=self.name), place)
        known = study.get_trials(deepcopy=False)
        if _counted(known) >= self.trials or self._late(known) or _settled(known, self.patience, self.start):
            return False
        # Seeded by its place among the trials that count: a resumed search draws what an unbroken one would have.
        place = _counted(known) if place is None else place
        study.sampler = optuna.samplers.TPESampler(
            seed=int(np.random.SeedSequence([self.random_state, place]).generate_state(1)[0]),
            n_startup_trials=4 + 2 * len(self.space),
        )
        trial = study.ask()
        recipe = {name: _suggest(trial, name, range_) for name, range_ in self.space.items()}
        losses: list[float] = []
        for fold in range(self.folds):
            if losses and self._late(known):
                study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
                study.enqueue_trial(recipe)
                return False
            losses.append(float(self.objective(recipe, fold)))
            trial.report(losses[-1], fold)
            if not math.isfinite(losses[-1]) or (self.prune and len(losses) < self.folds and _hopeless(losses, known)):
                study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
                return True
        study.tell(trial, float(np.mean(losses)), skip_if_finished=True)
        return True

    def _late(self, known: Sequence[optuna.trial.FrozenTrial]) -> bool:
        return self.clock() >= self.deadline and any(trial.state == TrialState.COMPLETE for trial in known)


def _hopeless(losses: Sequence[float], known: Sequence[optuna.trial.FrozenTrial]) -> bool:
    complete = [trial for trial in known if trial.state == TrialState.COMPLETE]
    if len(complete) < LEAST_COMPLETE:
        return False
    so_far = [np.mean([trial.intermediate_values[fold] for fold in range(len(losses))]) for trial in complete]
    return bool(np.mean(losses) > np.median(so_far))


def _settled(known: Sequence[optuna.trial.FrozenTrial], patience: int | None, start: Recipe | None) -> bool:
    """Whether the last trials added nothing; of what was tried alone, so that a resumed search ends where it would.

    The incumbent is found by its recipe: where it was killed, or others searched beside it, it is not the first that
    was done.
    """
    if patience is None or start is None:
        return False
    counted = [trial for trial in known if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    incumbent = next(
        (trial for trial in counted if trial.state == TrialState.COMPLETE and trial.params == dict(start)), None
    )
    if len(counted) <= patience or incumbent is None:
        return False
    before, after = (
        min((trial.value for trial in some if trial.value is not None), default=math.inf)
        for some in (counted[:-patience], counted)
    )
    return bool(before - after <= _tolerance(incumbent))


def _tolerance(incumbent: optuna.trial.FrozenTrial) -> float:
    return NOTHING * float(np.std(list(incumbent.intermediate_values.values())))


def _counted(known: Sequence[optuna.trial.FrozenTrial]) -> int:
    return sum(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in known)


def _resume(study: optuna.Study, starts: Sequence[Recipe]) -> int:
    known = study.get_trials(deepcopy=False)
    if not known:
        for recipe in starts:
            study.enqueue_trial(dict(recipe))
    for trial in known:
        if trial.state == TrialState.RUNNING:
            # Whoever ran it was killed; its recipe is the first to be tried again.
            study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
            study.enqueue_trial(trial.params)
    return _counted(known)


def _suggest(trial: optuna.Trial, name: str, range_: Real | Whole | Choice) -> Any:
    if isinstance(range_, Choice):
        return trial.suggest_categorical(name, list(range_.values))
    if isinstance(range_, Whole):
        return trial.suggest_int(name, range_.low, range_.high, log=range_.log)
    return trial.suggest_float(name, range_.low, range_.high, log=range_.log)


def _tell(progress: Progress, study: optuna.Study) -> None:
    known = study.get_trials(deepcopy=False)
    complete = [trial.value for trial in known if trial.state == TrialState.COMPLETE and trial.value is not None]
    progress(_counted(known), min(complete, default=None))


def _tuned(
    study: optuna.Study,
    trials: int,
    resumed: int,
    start: Recipe | None,
    patience: int | None,
    acting: Callable[[Recipe], Collection[str]] | None,
) -> Tuned:
    counted = [trial for trial in study.get_trials() if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    counted = counted[:trials]
    tried = [
        Tried(
            dict(trial.params),
            tuple(trial.intermediate_values[fold] for fold in sorted(trial.intermediate_values)),
            trial.state == TrialState.COMPLETE,
        )
        for trial in counted
    ]
    usable = sorted(
        (each for each in tried if all(map(math.isfinite, each.losses))),
        key=lambda each: (not each.complete, each.loss),
    )
    if not usable or not usable[0].complete:
        raise EhyaError(ErrorCode.SEARCH_FOUND_NOTHING, given=len(tried))
    chosen, gain, tolerance = usable[0], None, 0.0
    incumbent = next(
        (each for each in tried if each.complete and start is not None and each.recipe == dict(start)), None
    )
    if incumbent is not None and math.isfinite(incumbent.loss):
        gain, tolerance = incumbent.loss - chosen.loss, NOTHING * float(np.std(incumbent.losses))
        chosen = incumbent if gain <= tolerance else chosen
    return Tuned(
        dict(chosen.recipe),
        chosen.loss,
        tuple(usable),
        _importances(counted, None if acting is None else acting(chosen.recipe)),
        min(resumed, trials),
        gain,
        tolerance,
        len(counted) < trials and _settled(counted, patience, start),
    )


def _importances(counted: Sequence[optuna.trial.FrozenTrial], acting: Collection[str] | None) -> dict[str, float]:
    complete = [trial for trial in counted if trial.state == TrialState.COMPLETE]
    if len(complete) < 3 or len({trial.value for trial in complete}) < 2:
        return {}
    apart = optuna.create_study()
    apart.add_trials(complete)
    names = [name for name in complete[0].params if acting is None or name in acting]
    found = optuna.importance.get_param_importances(apart, params=names)
    return {name: round(float(share), 4) for name, share in sorted(found.items(), key=lambda each: (-each[1], each[0]))}


def _storage(path: Path | None) -> BaseStorage:
    if path is None:
        return InMemoryStorage()
    return JournalStorage(JournalFileBackend(str(path), lock_obj=JournalFileOpenLock(str(path))))


@contextmanager
def _journal(path: Path | None, workers: int) -> Iterator[Path | None]:
    if path is None and workers == 1:
        yield None
    elif path is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder) / "journal"
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            lock = JournalFileOpenLock(str(path))
            lock.acquire()
            try:
                _mend(path)
            finally:
                lock.release()
        yield path


def _mend(path: Path) -> None:
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    try:
        sound = all("op_code" in json.loads(line) for line in whole.splitlines())
    except ValueError:
        sound = False
    if not sound or (content and not whole):
        raise EhyaError(ErrorCode.JOURNAL_UNREADABLE, given=str(path))
    if len(whole) < len(content):
        # Whoever was killed while writing leaves half a line, and the next line would be glued to it.
        os.truncate(path, len(whole))


def _fingerprint(space: Space, folds: int, random_state: int, prune: bool, starts: Sequence[Recipe]) -> str:
    plain = [
        {name: [type(range_).__name__, asdict(range_)] for name, range_ in sorted(space.items())},
        folds,
        random_state,
        prune,
        [dict(recipe) for recipe in starts],
    ]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:12]


@contextmanager
def _quiet() -> Iterator[None]:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="optuna")
            yield
    finally:
        optuna.logging.set_verbosity(before)
