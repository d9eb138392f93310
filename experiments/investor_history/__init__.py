"""Whom investors join next, by what their deals reveal: ``python -m experiments.investor_history``."""
