"""``python -m experiments.shards``."""

from experiments.entry import run
from experiments.shards.run import main

if __name__ == "__main__":  # workers of a cluster import this file
    raise SystemExit(run(main))
