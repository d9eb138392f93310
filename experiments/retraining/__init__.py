"""Retraining while a log grows, in provinces whose truth is known: who is replaced, and what the figures hold."""
