"""``python -m experiments.province_simulator``."""

from experiments.entry import run
from experiments.province_simulator.run import main

raise SystemExit(run(main))
