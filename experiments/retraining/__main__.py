"""``python -m experiments.retraining``."""

from experiments.entry import run
from experiments.retraining.run import main

raise SystemExit(run(main))
