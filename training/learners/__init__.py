"""Learners that a data scientist brings: what is asked of one, and how it is fitted without being trusted."""
