"""The units offered at one event, and to whom."""

from engine.matching.event import Event, event

__all__ = ["Event", "event"]
