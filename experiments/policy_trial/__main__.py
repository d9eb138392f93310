"""``python -m experiments.policy_trial``."""

from experiments.entry import run
from experiments.policy_trial.run import main

raise SystemExit(run(main))
