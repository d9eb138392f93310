# %% [markdown]
# # Retraining, from a table to a model at work
#
# A practice province is made up: its units are synthetic, and everything made of them says so. The same lines work on
# a register of your own, with `origin="register"`, once it holds matured outcomes.
#
# Run it as `EHYA_HOME=practice uv run python docs/tutorial/practice.py`, or open `practice.ipynb` beside it. The
# workspace named by `EHYA_HOME` is made if it is not there. Where `MLFLOW_TRACKING_URI` names the MLflow of your team,
# it gets a copy of every run; without, `uv run ehya mlflow` shows those of the workspace.

# %%
from datetime import UTC, datetime

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import training
from engine.settings import Settings
from engine.store import Register
from experiments.province_simulator.province import AS_OF, simulate
from experiments.province_simulator.run import load_workspace
from training.monitoring.report import drift

UNITS, TRIALS = 1500, 2  # a few trials suffice to see how it goes; `ehya train --trials 40` for a model to keep
ORIGIN = "synthetic"

settings = Settings.from_environment()
register = Register.open(settings.database_url)
if not len(register.units()):
    load_workspace(simulate(UNITS, seed=4), settings.home)

# %% [markdown]
# ## The data in three lines
#
# A row is a unit on the first day of a quarter on which it stood idle. `X` holds what was known of it on that day, `y`
# whether it came back to stay, `weights` how many rows it speaks for, `groups` and `dates` what to split by: never by
# row, since a unit stands on every quarter. The datasheet says what each column is and what the table is not.
# `ehya data --out FOLDER` writes the same as Parquet.

# %%
data = training.data(register, as_of=AS_OF, origin=ORIGIN)
print(f"{len(data)} rows of {data.datasheet['units']} units, {data.datasheet['base_rate']:.1%} came back to stay")
print(data.X.isna().mean().sort_values(ascending=False).head(5).round(2).to_dict())
print("; ".join(data.datasheet["limits"]))

# %% [markdown]
# ## Train, and look
#
# Settings are chosen on the earlier folds by time and judged on the later ones. Beside the model stand the base rate
# and the plain rules; each gate says what it found. `card` holds all of it, and stays with the model.

# %%
first = training.train(register, settings, as_of=AS_OF, origin=ORIGIN, trials=TRIALS)
for judge, line in first.metrics["scores"].items():
    print(f"{judge:>15}: Brier {line['brier']:.4f} ({line['brier_low']:.4f} to {line['brier_high']:.4f})")
for verdict in first.gates:
    print(f"{verdict.gate.value}: {'passed' if verdict.passed else 'not passed'}")
print(first.card["purpose"], "|", "; ".join(first.card["limits"]))

# %% [markdown]
# ## Challenge it
#
# A classifier of scikit-learn, or a pipeline that ends in one, is a learner as it is: it meets the same folds, gates
# and card. Whether it could go to work is decided by the types that the service loads; the answer says which it does
# not.

# %%
booster = training.challenge(
    register, settings, HistGradientBoostingClassifier(max_depth=2, max_iter=40), as_of=AS_OF, origin=ORIGIN
)
logistic = training.challenge(
    register,
    settings,
    make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(C=0.05, max_iter=500)),
    as_of=AS_OF,
    origin=ORIGIN,
)
for found in (booster, logistic):
    score = found.result.metrics["scores"]["model"]
    print(f"{found.learner}: Brier {score['brier']:.4f}, can be promoted: {found.promotable}")

# %% [markdown]
# ## A learner of your own
#
# Two methods: fit landmarks, and say how feasible others are. What it raises, NaN, figures outside of 0..1, a wrong
# length and taking for ever have names of their own, and the model at work is never touched. This one knows the rate
# of each sector, moved towards that of all. The service does not load its type, so it is compared and nothing more; had
# `fit_landmarks` returned a fitted classifier of scikit-learn, it could be promoted.


# %%
class SectorRates:
    """The share that came back, by sector: twenty rows' worth of the general rate is added to each."""

    def fit_landmarks(self, X, y, *, weights, dates, groups):
        self.rate = float(np.average(y, weights=weights))
        sums = {}
        for sector, outcome, weight in zip(X["sector_division"], y, weights, strict=True):
            came, rows = sums.get(sector, (20 * self.rate, 20.0))
            sums[sector] = came + weight * outcome, rows + weight
        self.rates = {sector: came / rows for sector, (came, rows) in sums.items()}
        return self

    def feasibility(self, X):
        return np.array([self.rates.get(sector, self.rate) for sector in X["sector_division"]])


own = training.challenge(register, settings, SectorRates(), as_of=AS_OF, origin=ORIGIN)
print(f"{own.learner}: can be promoted: {own.promotable}, because of {', '.join(own.servable.types)}")
# From the command line: uv run ehya train --learner my_module:SectorRates --origin synthetic

# %% [markdown]
# ## Promote
#
# Open gates promote; a shut one refuses by name. Here a reason is given for shut ones, as `--force --reason` does: this
# is practice. The reason is kept with the model.

# %%
at = datetime.now(tz=UTC)
promoted = training.promote(
    register, settings, version=first.version, as_of=AS_OF, promoted_at=at, verdicts=first.gates,
    force=not first.passed, reason="practice",
)  # fmt: skip
print(promoted.version, promoted.reason)

# %% [markdown]
# ## Drift
#
# Does the model at work still fit? Outcomes since it was made, and units unlike those that it learnt from.

# %%
seen = drift(register, training.model_of(register, settings, None), as_of=AS_OF)
print("train anew" if seen.alarming else "it still fits")

# %% [markdown]
# ## Roll back
#
# Another model goes to work, and the first one comes back: its file is checked against the digest that was kept.

# %%
training.promote(
    register, settings, version=logistic.result.version, as_of=AS_OF, promoted_at=at, force=True, reason="a trial"
)
back = training.rollback(register, settings, reason="the trial is over", promoted_at=at)
print(back.version == first.version, back.reason)
for listed in training.models(register, settings):
    print(listed.version, ", ".join(listed.aliases), listed.reason)
register.close()
