"""What the field knows and how Ehya decides: no web, no model fitting, no prose in any human language."""
