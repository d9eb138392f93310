"""Economics in words and as a document: the same figures for the command line, HTTP and pages."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from engine.economics.account import Account, Figure, FigureMeasure, FigureName, yearly
from engine.economics.tornado import Swing
from engine.reference.tables import table
from serving.desk.economics import Economics
from serving.i18n import Speech


def figure_said(figure: Figure, words: Speech) -> str:
    """A figure with its measure, or why there is none.

    Examples
    --------
    >>> from engine.economics.account import FigureName
    >>> from serving.i18n import speech
    >>> figure_said(Figure(FigureName.IRR_REAL, 0.125), speech("en"))
    '12.5% a year'
    """
    if figure.several:
        rates = words.join(words.share(rate, 1) for rate in figure.several)
        return words.text("economics.several", rates=rates, reason=figure.reason)
    if figure.value is None:
        return words.text("economics.none", reason=figure.reason)
    measure, value = figure.measure, figure.value
    if measure is FigureMeasure.RIAL:
        return words.money(value)
    if measure is FigureMeasure.SHARE:
        return words.share(value, 1)
    if measure is FigureMeasure.RATE:
        return f"{words.share(value, 1)} {words.text(measure)}"
    if measure is FigureMeasure.RATIO:
        return words.number(value, 2)
    if measure is FigureMeasure.YEAR:
        return words.text("economics.year", year=int(value))
    if measure is FigureMeasure.RIAL_A_PERSON:
        return f"{words.money(value)} {words.text(measure)}"
    digits = 0 if measure is FigureMeasure.USD else 1
    return f"{words.number(value, digits)} {words.text(measure)}"


def assumption_name(name: str, words: Speech) -> str:
    """What an assumption means, in words of the table ``priors``."""
    return _meanings(words.language)[name]


@cache
def _meanings(language: str) -> dict[str, str]:
    rows = table("priors")
    return dict(zip(rows["prior"], rows[f"meaning_{language}"], strict=True))


def assumption_number(value: float, measure: str, words: Speech) -> str:
    """A value of an assumption with its measure; shares and rates in percent.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> assumption_number(0.23, "rate a year", speech("en")), assumption_number(18, "months", speech("en"))
    ('23% a year', '18 months')
    """
    if measure in ("share", "probability", "rate a year"):
        percent = words.share(value, 0 if round(value * 100, 6) % 1 == 0 else 1)
        return f"{percent} {words.text(FigureMeasure.RATE)}" if measure == "rate a year" else percent
    number = words.fact(float(value))
    return number if measure == "ratio" else f"{number} {words.text(f'measure.{measure}')}"


def economics_document(found: Economics) -> dict[str, Any]:
    """The answer as canonical values: codes and numbers, what cannot be calculated as null with its reason.

    Parameters
    ----------
    found
        What a unit or project is worth.

    Returns
    -------
    dict
        ``name, unit_id, price_year, gaps, judged``; where it is judged ``figures, statements, views, draws, steps,
        ranges, scenarios, at_norm, assumptions``.
    """
    document: dict[str, Any] = {
        "name": found.name,
        "unit_id": found.unit_id,
        "origin": found.origin,
        "price_year": found.price_year,
        "gaps": [gap.value for gap in found.gaps],
        "judged": found.account is not None,
        "assumptions": {
            name: {
                "value": row.value,
                "low": row.low,
                "high": row.high,
                "measure": row.measure,
                "basis": row.basis,
                "source": row.source,
                "setter": row.setter.value,
            }
            for name, row in found.assumed.items()
        },
    }
    if found.account is None:
        return document
    return document | {
        "figures": figures_document(found.account),
        "statements": statements_document(found.account),
        "dscr": _numbers(found.account.cover),
        "llcr": _numbers(found.account.life_cover),
        "views": {
            persona.value: {
                "figures": [figure.name.value for figure in seen.figures],
                "findings": [finding.value for finding in seen.findings],
            }
            for persona, seen in found.views.items()
        },
        "draws": None if found.drawn is None else {name: _number(value) for name, value in found.drawn.items()},
        "steps": [_swing(swing) for swing in found.steps],
        "ranges": [_swing(swing) for swing in found.ranges],
        "scenarios": {name: figures_document(told) for name, told in found.scenarios.items()},
        "at_norm": None if found.at_norm is None else figures_document(found.at_norm),
    }


def at_norm_said(told: Account, words: Speech) -> str:
    """What a unit would bring if it needed the lowest norm of capital: its record states less than that."""
    names = (FigureName.CAPITAL, FigureName.NPV, FigureName.IRR, FigureName.IRR_REAL)
    return words.text("economics.at_norm", **{name.value: figure_said(told.figures[name], words) for name in names})


def figures_document(told: Account) -> dict[str, Any]:
    """Figures as canonical values by name."""
    return {name.value: _figure(figure) for name, figure in told.figures.items()}


def statements_document(told: Account) -> dict[str, list[float | None]]:
    """Lines of the statements by name, a value a year."""
    lines = yearly(told.worked)
    return {str(name): _numbers(line) for name, line in zip(lines.index, lines.to_numpy(), strict=True)}


def _figure(figure: Figure) -> dict[str, Any]:
    said: dict[str, Any] = {"value": figure.value, "measure": figure.measure.value}
    if figure.reason is not None:
        said["reason"] = figure.reason.value
    if figure.several:
        said["several"] = list(figure.several)
    return said


def _swing(swing: Swing) -> dict[str, Any]:
    numbers = ("low", "high", "npv_low", "npv_high", "dscr_low", "dscr_high")
    return {"name": swing.name} | {name: _number(getattr(swing, name)) for name in numbers}


def _numbers(values: np.ndarray) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: Any) -> float | None:
    """A number; ``None`` where there is none. Cover without debt is no number."""
    return float(value) if np.isfinite(value) else None
