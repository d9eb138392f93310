"""Who may see what: for whom figures are computed (`masking`), and which columns and parts of a card leave.

What the public may not see is blanked before anything is computed, not cut out of the result.
"""
