"""The model card in a few lines: from what a model was made, how good it was out of fold, what it is not for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serving.i18n import Speech


def card_lines(card: Mapping[str, Any], speech: Speech) -> list[tuple[str, str]]:
    """Say the card of a promoted model.

    Parameters
    ----------
    card
        ``engine.scoring.artefact.Model.card``; an entry that it lacks gives no line.
    speech
        Language.

    Returns
    -------
    list of (str, str)
        Term and meaning, for ``report_html(model_card=...)``.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> card_lines({"metrics": {"jobs": {"coverage_80": 0.8, "coverage_80_low": 0.7, "coverage_80_high": 0.87}}},
    ...     speech("en"))[0]
    ('Measured coverage of the 80 % intervals of jobs', '80% (70% to 87%)')
    """
    metrics, population = card.get("metrics", {}), card.get("population", {})
    found: list[tuple[str, str | None]] = [
        ("sample", _said(card.get("sample"), lambda sample: _sample(sample, speech))),
        ("rate", _said(population.get("restart"), lambda rate: _rate(rate, speech))),
        ("gain", _said(metrics.get("reported_status"), lambda status: _gain(status, speech))),
        ("coverage", _said(metrics.get("jobs"), lambda jobs: _coverage(jobs, speech))),
    ]
    lines = [(speech.text(f"card.{name}"), said) for name, said in found if said]
    return [*lines, (speech.text("card.not_for"), speech.text("card.not_for_text"))]


def _said(entry: Mapping[str, Any] | None, say: Callable[[Mapping[str, Any]], str]) -> str | None:
    if not entry:
        return None
    try:
        return say(entry)
    except KeyError:  # a later card may name other figures
        return None


def _sample(sample: Mapping[str, Any], speech: Speech) -> str:
    names = ("units", "from_press", "from_register", "revived_or_partly", "with_jobs")
    return speech.text("card.sample_text", **{name: speech.number(sample[name]) for name in names})


def _rate(rate: Mapping[str, Any], speech: Speech) -> str:
    said = speech.interval(rate["low"], rate["rate"], rate["high"], share=True)
    return speech.text("card.rate_text", rate=said, rows=speech.number(rate["rows_used"]))


def _gain(status: Mapping[str, Any], speech: Speech) -> str:
    low, point, high = (status[f"log_loss_gain{end}"] for end in ("_low", "", "_high"))
    return speech.text(
        "card.gain_text", gain=speech.interval(low, point, high, 3), base=speech.number(status["log_loss_base_rate"], 3)
    )


def _coverage(jobs: Mapping[str, Any], speech: Speech) -> str:
    return speech.interval(jobs["coverage_80_low"], jobs["coverage_80"], jobs["coverage_80_high"], share=True)
