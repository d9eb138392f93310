"""``python -m experiments.reported_revivals``."""

from experiments.entry import run
from experiments.reported_revivals.run import main

raise SystemExit(run(main))
