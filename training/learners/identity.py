"""Which learner it is: what it is made of, so that two that are called alike are not taken for one."""

from __future__ import annotations

import copyreg
import hashlib
import inspect
import json
import re
import sys
from collections.abc import Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from engine.scoring.artefact import PACKAGES
from training.learners.protocol import name_of

NAME_LETTERS, DIGEST_LETTERS = 460, 16

_PLACE = re.compile(r" at 0x[0-9a-f]+", re.IGNORECASE)
_WHOLE = 1_000_000
"""Letters up to which scikit-learn writes a learner without a gap in the middle."""

_PROTOCOL = 4
"""Of pickle: how an object says what it is made of."""


def identity(learner: Any) -> str:
    """Name of a learner, and the beginning of the SHA-256 of what it is made of.

    Parameters
    ----------
    learner
        Not fitted.

    Returns
    -------
    str
        Settings of a learner of scikit-learn are part of the name. The digest is over types, settings or state (what
        pickle would write), what a function was given when it was made, and the source of modules that are of no
        library whose models the service loads. Neither has places in memory, so that both are the same in the next
        process.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> identity(LogisticRegression(C=0.5)).partition(" #")[0]
    'LogisticRegression(C=0.5)'
    >>> identity(LogisticRegression(C=0.5)) == identity(LogisticRegression(C=0.5))
    True
    """
    foreign = _foreign(type(learner))
    name = name_of(learner) if foreign else _written(learner)
    content = json.dumps(_made_of(learner, ()), sort_keys=True)
    return f"{name[:NAME_LETTERS]} #{hashlib.sha256(content.encode()).hexdigest()[:DIGEST_LETTERS]}"


def _written(learner: Any) -> str:
    """How a learner of a library writes itself, in one line and without places in memory."""
    text = learner.__repr__(N_CHAR_MAX=_WHOLE) if isinstance(learner, BaseEstimator) else repr(learner)
    return _PLACE.sub("", " ".join(text.split()))


def _foreign(kind: type | FunctionType) -> bool:
    package = str(kind.__module__).partition(".")[0]
    return package not in PACKAGES and package not in sys.stdlib_module_names


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
        names = [value.name] if isinstance(value, (pd.Series, pd.Index)) else list(value.columns)
        return [type(value).__name__, _made_of(names, around), pd.util.hash_pandas_object(value).tolist()]
    if isinstance(value, Mapping):
        return ["mapping", sorted(_pair(name, each, around) for name, each in value.items())]
    if isinstance(value, (list, tuple, np.ndarray)):
        return ["sequence", [_made_of(each, around) for each in value]]
    if isinstance(value, (set, frozenset)):
        return ["set", sorted(json.dumps(_made_of(each, around)) for each in value)]
    if isinstance(value, ModuleType):
        return ["module", value.__name__]
    if isinstance(value, FunctionType):
        return [value.__module__, value.__qualname__, _source(value, around), _given(value, around)]
    if isinstance(value, type):
        return [value.__module__, value.__qualname__, _source(value, around)]
    kind = type(value)
    return [kind.__module__, kind.__qualname__, _source(kind, around), _made_of(_state(value), around)]


def _pair(name: Any, value: Any, around: tuple[int, ...]) -> tuple[str, str]:
    key = name if isinstance(name, str) else json.dumps(_made_of(name, around))
    return key, json.dumps(_made_of(value, around), sort_keys=True)


def _given(made: FunctionType, around: tuple[int, ...]) -> Any:
    """What a function was given when it was made: defaults, and what it closes over; its own instructions, since two
    of one name may stand in a module.
    """
    if not _foreign(made) and "<locals>" not in made.__qualname__:
        return None  # of a library, by its name
    cells = [_content(cell) for cell in made.__closure__ or ()]
    return [
        _instructions(made.__code__, around),
        _made_of([made.__defaults__, made.__kwdefaults__], around),
        _made_of(cells, around),
    ]


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _instructions(code: CodeType, around: tuple[int, ...]) -> Any:
    """What a function does; a constant that is itself code would say where it lies in memory."""
    constants = [
        _instructions(one, around) if isinstance(one, CodeType) else _made_of(one, around) for one in code.co_consts
    ]
    return [code.co_code.hex(), list(code.co_names), constants]


def _state(value: Any) -> Any:
    if hasattr(value, "get_params"):
        return dict(value.get_params(deep=False))
    try:
        return _reduced(value)
    except Exception:  # pickle cannot write it, and may raise anything: what is seen of it
        slots = [name for base in type(value).__mro__ for name in np.atleast_1d(getattr(base, "__slots__", ()))]
        held = {str(name): getattr(value, name) for name in slots if hasattr(value, name)}
        name = getattr(value, "__qualname__", None)
        return {"__qualname__": name} | held | dict(getattr(value, "__dict__", {}))


def _reduced(value: Any) -> Any:
    """What pickle would write of it: how it is made, from what, and its state."""
    way = copyreg.dispatch_table.get(type(value))
    parts: Any = value.__reduce_ex__(_PROTOCOL) if way is None else way(value)
    if isinstance(parts, str):  # found by its name
        return [getattr(value, "__module__", None), parts]
    # What a list or a mapping holds comes as an iterator.
    return [list(part) if hasattr(part, "__next__") else part for part in parts]


def _source(kind: type | FunctionType, around: tuple[int, ...]) -> str:
    """Text of the module of what is of no library; where it has none, the instructions of what was typed in."""
    if not _foreign(kind):
        return ""
    try:
        return inspect.getsource(sys.modules[kind.__module__])
    except (OSError, TypeError, KeyError):
        parts = [kind] if isinstance(kind, FunctionType) else list(vars(kind).values())
        # A method may close over its class.
        around = (*around, id(kind))
        return json.dumps([_given(part, around) for part in parts if isinstance(part, FunctionType)])
