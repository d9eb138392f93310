"""Packages chosen by several rules at one budget, in provinces whose truth is known."""
