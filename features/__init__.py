"""Describe units for a model: the same code in training and in serving."""
