"""Search the settings of a learner, and say how far a long training has come.

The only room that imports optuna.
"""
