"""Decide whether a candidate may replace the champion, and write the card that says on what grounds.

Each gate is a pure function of judged tables.
"""
