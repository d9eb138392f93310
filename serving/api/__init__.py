"""Ehya over HTTP: the same lists as the command line, public fields only, on this computer only."""

from serving.api.app import create_app
from serving.api.server import serve
from serving.api.shelf import Shelf

__all__ = ["Shelf", "create_app", "serve"]
