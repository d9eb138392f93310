"""``python -m experiments.provinces``."""

from experiments.entry import run
from experiments.provinces.run import main

raise SystemExit(run(main))
