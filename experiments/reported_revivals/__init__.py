"""How well the first model speaks of reported units: ``python -m experiments.reported_revivals``."""
