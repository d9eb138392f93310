"""Frozen types: what people and programs exchange with Ehya."""
