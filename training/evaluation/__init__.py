"""Judge forecasts: walk-forward folds, judged tables, plain baselines beside them, and plots.

Modules: ``baselines``, ``candidate``, ``evidence``, ``judged_jobs``, ``judged_table``, ``plots``, ``press_metrics``,
``replay``, ``walk_forward``.
"""
