"""Money and jobs: what a unit owes, what its revival is worth, and how many of its jobs are new to the province."""
