"""What drift was found, for people: a page with pictures, a workbook, JSON."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from serving.html.template import font, render, style
from serving.i18n import Speech
from serving.reports.ranked import isolated
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_json, write_xlsx

ENDINGS = (".html", ".xlsx", ".json")

MODERATE, LARGE = 0.10, 0.25
"""Usual readings of the population stability index, drawn as lines: those of ``training.statistics.feature_shift``."""

UNSEEN_ALLOWED = 0.05
"""Share of units in a category not met that is still borne, drawn as a line: that of
``training.statistics.feature_shift``."""

SIGNIFICANCE = 0.05
"""Below it a county is drawn as alarming: that of ``training.monitoring.base_rate``."""

_ROOM = 1.15
"""A scale is so much longer than its longest mark."""

_OUTCOMES = ("outcomes", "observed", "expected", "share_low", "share", "share_high", "predicted", "chance")
_OUTCOME_KINDS = {"outcomes": "count", "observed": "count", "expected": "number", "chance": "score"}
_FEATURES = ("psi", "chance", "p_adjusted", "missing_then", "missing_now")
_TITLES = {"chance": "of_chance_psi"}
_UNSEEN = ("stated", "unseen", "share")


def write_drift(path: Path, found: Any, speech: Speech) -> Path:
    """Write what was found in the form that the file's ending names.

    Parameters
    ----------
    path
        Where to; its folder is made.
    found
        ``training.monitoring.report.Drift``.
    speech
        Language of page and workbook.

    Raises
    ------
    EhyaError
        ``unknown_option`` when the ending is none of `ENDINGS`.
    """
    form = drift_form(path)
    if form == ".json":
        return write_json(path, found.to_json())
    if form == ".xlsx":
        notes = Notes(speech.text("drift.method"), [*_facts(found, speech), *_method(speech)])
        return write_xlsx(path, drift_sheets(found, speech), notes, speech)
    with replacing(path) as beside:
        beside.write_text(drift_html(found, speech), "utf-8")
    return path


def drift_form(path: Path) -> str:
    """The form that a file's ending names, asked before anything is computed.

    Raises
    ------
    EhyaError
        ``unknown_option`` when the ending is none of `ENDINGS`.
    """
    form = path.suffix.lower()
    if form not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=list(ENDINGS))
    return form


def drift_html(found: Any, speech: Speech) -> str:
    """The page: one self-contained HTML document, font, style and pictures inside, no script.

    Parameters
    ----------
    found, speech
        As for ``write_drift``; Persian is written from right to left.
    """
    return render(
        "drift.html",
        speech,
        drift=drift_parts(found, speech),
        font=base64.b64encode(font()).decode("ascii"),
        style=style(),
    )


def drift_parts(found: Any, speech: Speech) -> dict[str, Any]:
    """Everything the page says, in words, and where each mark stands, in percent of its scale.

    Returns
    -------
    dict
        ``facts, banners, findings, outcomes, features, unseen, method``; a part is ``None`` where there is nothing to
        draw.
    """
    return {
        "facts": [f"{name}: {isolated(said)}" for name, said in _facts(found, speech)],
        "banners": _banners(found, speech),
        "findings": [finding_words(speech, code, of) for code, of in found.findings],
        "outcomes": _outcome_chart(found, speech),
        "features": _feature_chart(found, speech),
        "unseen": _unseen_chart(found, speech),
        "method": _method(speech),
    }


def finding_words(speech: Speech, code: Any, of: str) -> str:
    """One finding, with what it concerns."""
    return f"{speech.text(code)}: {drift_name(speech, of)}" if of else speech.text(code)


def drift_name(speech: Speech, of: str) -> str:
    """Name of a feature, of a county, or of all small counties together; a day as its reader writes it."""
    if of == "*":
        return speech.text("drift.others")
    if "/" in of:
        return speech.place(of.partition("/")[2])
    if of[:1].isdigit():
        return speech.date(pd.Timestamp(of))
    return speech.text(f"feature.{of}") if of.isidentifier() else of


def drift_sheets(found: Any, speech: Speech) -> list[OutputSheet]:
    """Sheets of the workbook: findings, outcomes, features, categories."""
    say = _say(speech)
    warned = [speech.text("models.synthetic")] if found.origin == "synthetic" else []
    told = pd.DataFrame({"finding": [finding_words(speech, code, of) for code, of in found.findings]})
    outcomes = _outcome_rows(found, speech)
    nothing = [] if len(outcomes) else [speech.text("drift_code.nothing_matured")]
    features = found.features.reset_index()
    features = features.assign(
        feature=[drift_name(speech, str(name)) for name in features["feature"]],
        alarming=[speech.fact(bool(mark)) for mark in features["alarming"]],
    )
    unseen = found.unseen.reset_index()
    unseen = unseen.assign(feature=[drift_name(speech, str(name)) for name in unseen["feature"]])
    shares = {"missing_then", "missing_now"}
    return [
        OutputSheet(say("findings"), [SheetColumn("finding", say("findings"), "long")], told, warned),
        OutputSheet(
            say("outcomes_sheet"),
            [
                SheetColumn("name", say("group")),
                *(SheetColumn(name, say(f"of_{name}"), _OUTCOME_KINDS.get(name, "share")) for name in _OUTCOMES),
            ],
            outcomes,
            [*warned, *nothing],
        ),
        OutputSheet(
            say("features_sheet"),
            [
                SheetColumn("feature", say("feature"), "long"),
                *(
                    SheetColumn(name, say(_TITLES.get(name, f"of_{name}")), "share" if name in shares else "score")
                    for name in _FEATURES
                ),
                SheetColumn("alarming", say("of_alarming")),
            ],
            features,
            warned,
        ),
        OutputSheet(
            say("unseen_sheet"),
            [
                SheetColumn("feature", say("feature"), "long"),
                *(
                    SheetColumn(name, say(f"unseen_{name}"), "share" if name == "share" else "count")
                    for name in _UNSEEN
                ),
            ],
            unseen,
            warned,
        ),
    ]


def _say(speech: Speech) -> Any:
    return lambda key, /, **facts: speech.text(f"drift.{key}", **facts)


def _facts(found: Any, speech: Speech) -> list[tuple[str, str]]:
    say = _say(speech)
    return [
        (speech.text("models.version"), found.model_version),
        (speech.text("models.kind"), speech.text(f"model_kind.{found.kind}")),
        (say("made_until"), speech.date(found.data_until)),
        (say("looked_at"), speech.date(found.as_of)),
        (say("idle_units"), speech.number(found.units)),
    ]


def _banners(found: Any, speech: Speech) -> list[dict[str, str]]:
    say = _say(speech)
    verdict = "page_alarming" if found.alarming else "page_calm"
    told = [{"kind": "warn" if found.alarming else "good", "title": say(verdict), "text": say(f"{verdict}_text")}]
    if found.origin == "synthetic":
        said = {name: speech.text(f"model_card.synthetic{tail}") for name, tail in (("title", ""), ("text", "_text"))}
        told.append({"kind": "warn", **said})
    return told


def _outcome_rows(found: Any, speech: Speech) -> pd.DataFrame:
    """All outcomes first, then by county."""
    overall = {
        **found.base_rate.overall,
        "name": speech.text("drift.all"),
        "chance": found.base_rate.overall["p_value"],
    }
    groups = [
        {**row, "name": drift_name(speech, str(row["group"])), "chance": row["p_adjusted"]}
        for row in found.base_rate.groups.to_dict("records")
    ]
    rows = [overall, *groups] if overall["outcomes"] else []
    return pd.DataFrame(rows, columns=["name", *_OUTCOMES])


def _outcome_chart(found: Any, speech: Speech) -> dict[str, Any] | None:
    rows = _outcome_rows(found, speech)
    if rows.empty:
        return None
    end = min(1.0, _ROOM * float(rows[["share_high", "predicted"]].max().max()))
    lines = [
        {
            "name": row["name"],
            "outcomes": speech.number(row["outcomes"]),
            "observed": speech.number(row["observed"]),
            "expected": speech.number(row["expected"], 1),
            "share": speech.interval(row["share_low"], row["share"], row["share_high"], share=True),
            "chance": speech.number(row["chance"], 3),
            "predicted": speech.share(row["predicted"]),
            "alarming": row["chance"] < SIGNIFICANCE,
            **{mark: _place(row[name], end) for mark, name in _MARKS.items()},
        }
        for row in rows.to_dict("records")
    ]
    return {"lines": lines, "end": speech.share(end)}


_MARKS = {"start": "share_low", "at": "share", "stop": "share_high", "foretold": "predicted"}


def _feature_chart(found: Any, speech: Speech) -> dict[str, Any] | None:
    if found.features.empty:
        return None
    end = _ROOM * max(float(found.features["psi"].max()), LARGE)
    lines = [
        {
            "name": drift_name(speech, str(name)),
            "psi": speech.number(row["psi"], 2),
            "chance": speech.number(row["chance"], 2),
            "p": speech.number(row["p_adjusted"], 3),
            "missing": (speech.share(row["missing_then"]), speech.share(row["missing_now"])),
            "alarming": bool(row["alarming"]),
            "length": _place(row["psi"], end),
            "by_chance": _place(row["chance"], end),
        }
        for name, row in found.features.iterrows()
    ]
    marks = {
        mark: value
        for name, at in (("moderate", MODERATE), ("large", LARGE))
        for mark, value in ((name, _place(at, end)), (f"{name}_label", speech.number(at, 2)))
    }
    return {"lines": lines, **marks}


def _unseen_chart(found: Any, speech: Speech) -> dict[str, Any] | None:
    rows = found.unseen[found.unseen["stated"] > 0]
    if rows.empty:
        return None
    end = min(1.0, _ROOM * max(float(rows["share"].max()), 2 * UNSEEN_ALLOWED))
    lines = [
        {
            "name": drift_name(speech, str(name)),
            "stated": speech.number(row["stated"]),
            "unseen": speech.number(row["unseen"]),
            "share": speech.share(row["share"], 1),
            "alarming": bool(row["alarming"]),
            "length": _place(row["share"], end),
        }
        for name, row in rows.iterrows()
    ]
    return {"lines": lines, "allowed": _place(UNSEEN_ALLOWED, end), "allowed_label": speech.share(UNSEEN_ALLOWED)}


def _method(speech: Speech) -> list[tuple[str, str]]:
    say = _say(speech)
    marks = {"moderate": speech.number(MODERATE, 2), "large": speech.number(LARGE, 2)}
    return [
        (say("outcomes_sheet"), say("method_outcomes")),
        (say("of_psi"), say("method_features", **marks)),
        (say("unseen_sheet"), say("method_unseen", share=speech.share(UNSEEN_ALLOWED))),
    ]


def _place(value: float, end: float) -> float:
    return round(100 * min(max(float(value) / end, 0.0), 1.0), 2)
