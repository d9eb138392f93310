"""Turn an event log into rows to learn from: spells, landmarks, labels, the press sample and counts of jobs.

Nothing here sees past the day it is asked for.
"""
