"""Which units to offer at one event: the best package under its terms, why each unit is in, and what became of it."""
