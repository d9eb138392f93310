"""Pages of an investor: what is on offer, its mandates and lists, what it agreed to, asked and meets."""
