"""Learners and the heads that a promoted model holds: hazards, capacity, jobs, and the model of press reports.

Modules: ``capital``, ``hazard``, ``hazard_prior``, ``hazard_spec``, ``hazard_trees``, ``horizon``, ``jobs``,
``maturing``, ``outcomes``, ``press``, ``press_heads``, ``press_penalty``, ``recalibration``.
"""
