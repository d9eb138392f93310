"""Prove the learning on real outcomes of investments into small firms."""
