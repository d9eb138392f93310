"""``python -m experiments.investor_history``."""

from experiments.entry import run
from experiments.investor_history.run import main

raise SystemExit(run(main))
