"""The register of units, its history and everything that came of it; the only importer of SQLAlchemy."""

from engine.store.changes import Change
from engine.store.check import Problem, StoreProblem
from engine.store.imports import ImportResult
from engine.store.register import Promotion, Register

__all__ = ["Change", "ImportResult", "Problem", "Promotion", "Register", "StoreProblem"]
