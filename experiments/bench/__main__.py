"""``python -m experiments.bench``."""

from experiments.bench.run import main

raise SystemExit(main())
