"""``python -m experiments.cold_start``."""

from experiments.cold_start.run import main
from experiments.entry import run

raise SystemExit(run(main))
