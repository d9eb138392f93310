"""``python -m experiments.abuse``."""

from experiments.abuse.run import main
from experiments.entry import run

raise SystemExit(run(main))
