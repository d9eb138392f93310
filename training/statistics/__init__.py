"""Estimators that know no register: shrinkage, ridge, binomial counts, bootstrap, conformal intervals, reliability and
shift.

Each takes arrays and returns figures; what the rows mean is the business of the rooms above.
"""
