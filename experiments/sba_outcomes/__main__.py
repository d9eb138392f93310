"""``python -m experiments.sba_outcomes``."""

from experiments.sba_outcomes.run import main

raise SystemExit(main())
