"""Which learner it is: what it is made of, so that two that are called alike are not taken for one."""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Mapping
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd

from engine.scoring.artefact import PACKAGES
from training.learners.protocol import name_of

NAME_LETTERS, DIGEST_LETTERS = 460, 16


def identity(learner: Any) -> str:
    """Name of a learner, and the beginning of the SHA-256 of what it is made of.

    Parameters
    ----------
    learner
        Not fitted.

    Returns
    -------
    str
        Settings of a learner of scikit-learn are part of the name. The digest is over types, settings or state, and the
        source of modules that are of no library whose models the service loads; never over places in memory, so that it
        is the same in the next process.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> identity(LogisticRegression(C=0.5)).partition(" #")[0]
    'LogisticRegression(C=0.5)'
    >>> identity(LogisticRegression(C=0.5)) == identity(LogisticRegression(C=0.5))
    True
    """
    foreign = _foreign(type(learner))
    name = name_of(learner) if foreign else " ".join(repr(learner).split())
    content = json.dumps(_made_of(learner, ()), sort_keys=True)
    return f"{name[:NAME_LETTERS]} #{hashlib.sha256(content.encode()).hexdigest()[:DIGEST_LETTERS]}"


def _foreign(kind: type | FunctionType) -> bool:
    return kind.__module__.partition(".")[0] not in PACKAGES


def _made_of(value: Any, around: tuple[int, ...]) -> Any:
    """Plain form of a learner or of a part of it."""
    if value is None or isinstance(value, (bool, int, float, str, bytes, np.generic)):
        return [type(value).__name__, repr(value)]
    if id(value) in around:  # a part that leads back to the whole
        return "around"
    around = (*around, id(value))
    if isinstance(value, np.ndarray) and value.dtype != object:
        return [str(value.dtype), list(value.shape), hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()]
    if isinstance(value, (pd.Series, pd.DataFrame, pd.Index)):
        return [type(value).__name__, pd.util.hash_pandas_object(value).tolist()]
    if isinstance(value, Mapping):
        return ["mapping", sorted([str(name), _made_of(each, around)] for name, each in value.items())]
    if isinstance(value, (list, tuple, np.ndarray)):
        return ["sequence", [_made_of(each, around) for each in value]]
    if isinstance(value, (set, frozenset)):
        return ["set", sorted(json.dumps(_made_of(each, around)) for each in value)]
    if isinstance(value, (type, FunctionType)):
        return [value.__module__, value.__qualname__, _source(value)]
    kind = type(value)
    return [kind.__module__, kind.__qualname__, _source(kind), _made_of(_state(value), around)]


def _state(value: Any) -> dict[str, Any]:
    if hasattr(value, "get_params"):
        return dict(value.get_params(deep=False))
    slots = [name for base in type(value).__mro__ for name in np.atleast_1d(getattr(base, "__slots__", ()))]
    held = {str(name): getattr(value, name) for name in slots if hasattr(value, name)}
    return held | dict(getattr(value, "__dict__", {}))


def _source(kind: type | FunctionType) -> str:
    """Text of the module of what is of no library; where it has none, the instructions of what was typed in."""
    if not _foreign(kind) or kind.__module__ == "builtins":
        return ""
    try:
        return inspect.getsource(sys.modules[kind.__module__])
    except (OSError, TypeError, KeyError):
        parts = [kind] if isinstance(kind, FunctionType) else list(vars(kind).values())
        codes = [part.__code__ for part in parts if isinstance(part, FunctionType)]
        # A constant that is itself code says where it lies in memory.
        return repr([(code.co_code, [one for one in code.co_consts if not hasattr(one, "co_code")]) for code in codes])
