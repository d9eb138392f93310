"""Look at the model at work: outcomes that ripened since, base rates, drift of features and figures.

Modules: ``base_rate``, ``fresh_outcomes``, ``matured``, ``report``.
"""
