"""Reports: what leaves the house for people to read."""
