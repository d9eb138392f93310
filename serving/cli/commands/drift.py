"""What ``ehya drift`` says; ``serving.desk.learning`` asks the training that finds it."""

from __future__ import annotations

from typing import Any

from serving.cli.terminal import Terminal
from serving.i18n import Speech
from serving.reports.drift import drift_name, finding_words

_FEATURES = 8  # most shifted features at a terminal; --json lists all


def show_drift(terminal: Terminal, found: Any) -> None:
    """Print what was found of a model at work.

    Parameters
    ----------
    terminal
        Where to print.
    found
        ``training.monitoring.report.Drift``.
    """
    words = terminal.speech
    facts = {"version": found.model_version, "since": words.date(found.data_until), "day": words.date(found.as_of)}
    terminal.line(words.text("drift.title", **facts), "bold")
    for code, of in found.findings:
        terminal.line(f"• {finding_words(words, code, of)}")
    _show_outcomes(terminal, found)
    _show_features(terminal, found)
    terminal.say("drift.alarming" if found.alarming else "drift.calm")


def _show_outcomes(terminal: Terminal, found: Any) -> None:
    words, rate = terminal.speech, found.base_rate.overall
    if not rate["outcomes"]:
        return
    rows = [_outcome_row(words, words.text("drift.all"), rate, rate["p_value"])]
    rows += [
        _outcome_row(words, drift_name(words, str(row["group"])), row, row["p_adjusted"])
        for row in found.base_rate.groups.to_dict("records")
    ]
    names = ("group", "outcomes", "observed", "expected", "share", "chance")
    terminal.table([words.text(f"drift.{name}") for name in names], rows, title=words.text("drift.outcomes_title"))


def _outcome_row(words: Speech, group: str, row: Any, chance: float) -> list[str]:
    return [
        group,
        words.number(int(row["outcomes"])),
        words.number(int(row["observed"])),
        words.number(float(row["expected"]), 1),
        words.interval(row["share_low"], row["share"], row["share_high"], share=True),
        words.number(float(chance), 3),
    ]


def _show_features(terminal: Terminal, found: Any) -> None:
    words = terminal.speech
    if found.features.empty:
        return
    rows = [
        [
            drift_name(words, str(name)),
            words.number(float(row["psi"]), 2),
            words.number(float(row["chance"]), 2),
            words.number(float(row["p_adjusted"]), 3),
            words.share(float(row["missing_then"])),
            words.share(float(row["missing_now"])),
        ]
        for name, row in found.features.head(_FEATURES).iterrows()
    ]
    names = ("feature", "shift", "by_chance", "chance_features", "missing_then", "missing_now")
    title = words.text("drift.features_title", units=words.number(found.units))
    terminal.table([words.text(f"drift.{name}") for name in names], rows, title=title)
