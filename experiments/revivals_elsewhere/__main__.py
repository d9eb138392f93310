"""``python -m experiments.revivals_elsewhere``."""

from experiments.entry import run
from experiments.revivals_elsewhere.run import main

raise SystemExit(run(main))
