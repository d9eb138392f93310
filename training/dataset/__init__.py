"""What a register teaches, as one table: features, label, weights, groups, dates, and a datasheet.

Every row is a landmark that is old enough for its outcome to be known whole; learners and people read the same table.
"""
