"""``python -m experiments.reported_revivals``."""

from experiments.reported_revivals.run import main

raise SystemExit(main())
