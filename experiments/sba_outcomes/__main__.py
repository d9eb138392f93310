"""``python -m experiments.sba_outcomes``."""

from experiments.entry import run
from experiments.sba_outcomes.run import main

raise SystemExit(run(main))
