"""Estimators that know no register: shrinkage, ridge, binomial counts, bootstrap, conformal intervals, reliability and
shift.

Each takes arrays and returns figures; what the rows mean is the business of the rooms above.

Modules: ``binomial``, ``bootstrap``, ``conformal``, ``design_blocks``, ``feature_shift``, ``recency``, ``reliability``,
``ridge``, ``shrinkage``.
"""
