"""The use cases of a data scientist from end to end: train on reports or on outcomes, and evaluate."""
