"""Why a unit has its figures, and what to ask next, as JSON: codes and numbers, with words beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from serving.desk.why import Why
from serving.i18n import Speech
from serving.reports.reasons import (
    asked_document,
    basis_said,
    effect_said,
    feature_value_said,
    fields_said,
    part_said,
    why_documents,
)


def why_answer(why: Why, speech: Speech) -> dict[str, Any]:
    """Parts and questions of the one unit that was explained; both empty where nothing is explained.

    Parameters
    ----------
    why
        Made for the public (`serving.desk.why.why`).
    speech
        Language of ``text``.
    """
    found = list(why_documents(why).values())
    told: dict[str, Any] = found[0] if found else {"parts": {}, "ask": [], "doubt": {}}
    return {
        "parts": {
            output: [line | {"text": _words(line, output, speech)} for line in lines]
            for output, lines in told["parts"].items()
        },
        "ask": [line | {"text": _asked(line, speech)} for line in told["ask"]],
        "doubt": [
            {"kind": kind, "share": share, "text": {"kind": speech.text(f"doubt.{kind}")}}
            for kind, share in told["doubt"].items()
        ],
    }


def register_questions(asked: pd.DataFrame, speech: Speech) -> list[dict[str, Any]]:
    """Questions of the register, with words.

    Parameters
    ----------
    asked
        What `serving.desk.why.asked_of_the_register` gives for the public.
    speech
        Language of ``text``.
    """
    return [line | {"text": {"fields": fields_said(line["fields"], speech)}} for line in asked_document(asked)]


def _words(line: Mapping[str, Any], output: str, speech: Speech) -> dict[str, str]:
    value = math.nan if line["value"] is None else line["value"]
    return {
        "feature": part_said(line["feature"], output, speech),
        "value": feature_value_said(line["feature"], value, speech),
        "basis": basis_said({**line, "basis": line["basis"] or ""}, speech),
    }


def _asked(line: Mapping[str, Any], speech: Speech) -> dict[str, str]:
    return {"fields": fields_said(line["fields"], speech), "effect": effect_said(line, speech)}
