"""The whole prediction of the first day, with intervals, over a million units, beside the bare estimator."""

from __future__ import annotations

import resource

import numpy as np

from engine import scoring
from experiments.bench.predict import AS_OF, LEARNT_FROM, UNITS, synthetic_units
from experiments.bench.timing import compare
from experiments.reported_revivals.run import press_sample
from features import matrix
from training.models.press import DESCRIBED
from training.pipeline.press_fit import fit_sample


def measure(*, random_state: int = 0, repeats: int = 7, count: int = UNITS) -> dict[str, float]:
    """Features, intervals and jobs of a trained first model, against its classifier's own ``predict_proba``.

    Returns
    -------
    dict
        As ``experiments.bench.timing.compare``, with ``rows_per_second`` of the whole prediction and ``peak_megabytes``
        of the process.
    """
    learnt = synthetic_units(LEARNT_FROM, random_state=random_state)
    model = fit_sample(press_sample(), as_of=AS_OF, trials=0, register=learnt).model
    units = synthetic_units(count, random_state=random_state + 1)
    classifier = model.heads["reported_status"]
    ready = np.zeros((count, classifier.n_features_in_))

    def ours() -> object:
        X = matrix(units, DESCRIBED, model.fitted, as_of=AS_OF)
        return scoring.predict(model, X, units, as_of=AS_OF)

    def bare() -> object:
        return classifier.predict_proba(ready)

    found = compare(ours, bare, repeats=repeats)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found | {"rows_per_second": count / found["ours_seconds"], "peak_megabytes": peak}
