"""Look at the model at work: outcomes that ripened since, base rates, drift of features and figures."""
