"""Read what people write: texts, numerals, sums of money, dates; and name what is refused.

Modules are imported one by one, so that the command line starts without pandas.
"""
