"""``python -m experiments.explainability``."""

from experiments.entry import run
from experiments.explainability.run import main

raise SystemExit(run(main))
