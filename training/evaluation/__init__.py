"""Judge forecasts: walk-forward folds, judged tables, plain baselines beside them, and plots."""
