"""``python -m experiments.bench``."""

from experiments.bench.run import main
from experiments.entry import run

raise SystemExit(run(main))
