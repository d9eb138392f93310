"""``python -m experiments.province_simulator``."""

from experiments.province_simulator.run import main

raise SystemExit(main())
