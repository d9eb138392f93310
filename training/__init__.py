"""Make, judge and hand over models."""
