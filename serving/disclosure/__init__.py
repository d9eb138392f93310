"""Who may see what: the public fields and the values that leave with them."""
