"""The units offered at one event, and to whom."""

from engine.packages.event import Event, event

__all__ = ["Event", "event"]
