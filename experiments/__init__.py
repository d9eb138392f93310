"""One folder a study: ``python -m experiments.NAME`` prints its table."""
