"""The model card as a page that needs nothing else, and as text."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from engine.parsing.text import printable
from serving.html.template import font, render, style
from serving.i18n import Speech
from serving.reports.ranked import isolated

SIDE, LEFT, TOP = 340, 52, 12
"""Size of the reliability plot and where its square begins, pixels."""

SECTORS_SHOWN, DRIVES_SHOWN = 8, 12


def card_html(card: Mapping[str, Any], speech: Speech) -> str:
    """Write the card as one self-contained HTML document: font, style and plots inside, no script.

    Parameters
    ----------
    card
        ``engine.scoring.artefact.Model.card``; a part that an earlier model's card lacks is left out.
    speech
        Language; Persian is written from right to left.
    """
    return render(
        "card.html",
        speech,
        card=card_parts(card, speech),
        font=base64.b64encode(font()).decode("ascii"),
        style=style(),
    )


def card_markdown(card: Mapping[str, Any], speech: Speech) -> str:
    """Write the card as Markdown.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> print(card_markdown({"version": "v1", "kind": "reported", "limits": {"few_units": ""}}, speech("en")))
    # Model card
    <BLANKLINE>
    First model: reported units under official rates
    <BLANKLINE>
    - Version v1
    <BLANKLINE>
    ## Limits
    <BLANKLINE>
    with some 170 units the gain over the base rate is small
    <BLANKLINE>
    """
    parts = card_parts(card, speech)
    lines = [f"# {speech.text('model_card.title')}", "", parts["name"], "", *(f"- {fact}" for fact in parts["facts"])]
    for banner in parts["banners"]:
        lines += ["", f"**{banner['title']}.** {banner['text']}"]
    for heading, said in parts["texts"]:
        lines += ["", f"## {heading}", "", *(said if len(said) == 1 else [f"- {each}" for each in said])]
    for table in parts["tables"]:
        lines += ["", f"## {table['heading']}", "", *([table["lead"], ""] if table["lead"] else [])]
        lines += [_row(table["headers"]), _row(["---"] * len(table["headers"])), *map(_row, table["rows"])]
    # Direction marks serve a page; in a text file they only get in the way. A name out of a register may hold markup.
    return "\n".join([*lines, ""]).translate({0x2068: None, 0x2069: None, ord("<"): "&lt;"})


def card_parts(card: Mapping[str, Any], speech: Speech) -> dict[str, Any]:
    """Everything a page says of a card, in words.

    Returns
    -------
    dict
        ``name``, ``facts``, ``banners``, ``texts`` (heading, sentences), ``tables`` (heading, lead, headers, rows),
        ``reliability`` and ``coverage`` (what the two plots need; ``None`` where there is nothing to draw).
    """
    say = speech.text
    kind = str(card.get("kind", "reported"))
    return {
        "name": say(f"model_card.name_{kind}"),
        "facts": _facts(card, speech),
        "banners": _banners(card, speech),
        "texts": [(heading, said) for heading, said in _texts(card, kind, speech) if said],
        "tables": [table for table in (part(card, speech) for part in _TABLES) if table],
        "reliability": _reliability(card.get("reliability") or (), speech),
        "coverage": _coverage(card, speech),
    }


def group_name(line: Mapping[str, Any], speech: Speech) -> str:
    """Name of a group: a county, a sector, a size, or the pool of those too small to be judged alone."""
    by, group = line["by"], line["group"]
    if group is None:
        return speech.text(f"group.pooled_{by}")
    if group == "-":
        return speech.text(f"group.unknown_{by}")
    if by == "county":
        return "/".join(speech.place(part) for part in str(group).split("/"))
    return speech.sector(group) if by == "sector" else speech.text(f"group.size_{group}")


def _facts(card: Mapping[str, Any], speech: Speech) -> list[str]:
    found = [speech.text("model_card.version", version=isolated(str(card["version"])))]
    if "data_until" in card:
        found.append(speech.text("model_card.data_until", date=speech.date(card["data_until"])))
    period = card.get("period") or {}
    if period.get("first", "-") != "-":
        ends = {name: speech.date(period[name]) for name in ("first", "last")}
        found.append(speech.text("model_card.period", **ends))
    return found


def _banners(card: Mapping[str, Any], speech: Speech) -> list[dict[str, str]]:
    origin = card.get("origin")
    if origin not in ("synthetic", "reported"):
        return []
    said = {name: speech.text(f"model_card.{origin}{tail}") for name, tail in (("title", ""), ("text", "_text"))}
    return [{"kind": "warn" if origin == "synthetic" else "note", **said}]


def _texts(card: Mapping[str, Any], kind: str, speech: Speech) -> list[tuple[str, list[str]]]:
    say = speech.text
    coded = [("use", "intended_use", "use"), ("not_for", "not_for", "not"), ("limits", "limits", "limit")]
    listed = [
        (say(f"model_card.{heading}"), [say(f"model_card.{family}_{code}") for code in card.get(part, {})])
        for heading, part, family in coded
        if isinstance(card.get(part), Mapping)
    ]
    purpose = [say(f"model_card.purpose_{kind}")] if "purpose" in card else []
    inputs = list(card.get("inputs") or ())
    names = [feature_name(name, speech) for name in inputs]
    read = [say("model_card.inputs_text", count=len(inputs), names=names), say("model_card.never_inputs")]
    code = str(card.get("code_version", ""))
    made = {"code": isolated(code), "data": isolated(str(card.get("data_digest", ""))[:12])}
    return [
        (say("model_card.purpose"), purpose),
        *listed,
        (say("model_card.calibration"), _calibration(card.get("scores") or {}, speech)),
        (say("model_card.jobs_basis"), _jobs_basis(card.get("jobs_basis") or {}, speech)),
        (say("model_card.change"), _change(card.get("change") or {}, speech)),
        (say("model_card.inputs"), read if inputs else []),
        (say("model_card.made"), [say("model_card.made_text", **made)] if code else []),
    ]


def _jobs_basis(basis: Mapping[str, Any], speech: Speech) -> list[str]:
    if not basis:
        return []
    counts = {name: speech.number(basis["counts"][name]) for name in ("used", "zero", "set_aside")}
    said = [speech.text("model_card.jobs_counts", **counts)]
    if not basis["assumed"]:
        share, count = speech.share(basis["realised"]), speech.number(basis["promises"])
        said.append(speech.text("model_card.jobs_promises", share=share, count=count))
    return [*said, *(speech.text(f"jobs_note.{note}") for note in basis["notes"])]


def _change(change: Mapping[str, Any], speech: Speech) -> list[str]:
    if not change:
        return []
    if change["champion"] == "none":
        return [speech.text("model_card.change_none")]
    gain = speech.interval(change.get("gain_low"), change.get("gain"), change.get("gain_high"), 4)
    return [
        speech.text(
            "model_card.change_text",
            champion=isolated(str(change["champion"])),
            date=speech.date(change["champion_data_until"]),
            gain=gain,
            changed=speech.number(change["top_changed"]),
            top=speech.number(change["top"]),
        )
    ]


def _sample(card: Mapping[str, Any], speech: Speech) -> dict[str, Any] | None:
    counts = {name: value for name, value in (card.get("sample") or {}).items() if type(value) is int}
    rows = [
        [speech.text(f"sample.{name}"), speech.number(value)]
        for name, value in counts.items()
        if _known(f"sample.{name}", speech)
    ]
    return (
        _table("sample", "", [speech.text("models.group"), speech.text("model_card.count")], rows, speech)
        if rows
        else None
    )


def _scores(card: Mapping[str, Any], speech: Speech) -> dict[str, Any] | None:
    scores = card.get("scores") or {}
    if not scores:
        return None
    label = speech.text(f"outcome_label.{card.get('label', 'reported_status')}")
    counts = {name: speech.number(scores["model"][name]) for name in ("rows", "units")}
    lead = f"{speech.text('models.scores_title', label=label, **counts)}. {speech.text('model_card.metrics_lead')}"
    headers = [speech.text(f"models.{name}") for name in ("judge", "brier", "gain", "log_loss", "auc", "ece")]
    rows = [
        [
            speech.text(f"judge.{name}"),
            speech.interval(line["brier_low"], line["brier"], line["brier_high"], 4),
            speech.interval(line.get("gain_low"), line.get("gain"), line.get("gain_high"), 4),
            speech.number(line["log_loss"], 4),
            speech.number(line["auc"], 3),
            speech.number(line["ece"], 3),
        ]
        for name, line in scores.items()
    ]
    return _table("metrics", lead, headers, rows, speech)


def _groups(card: Mapping[str, Any], speech: Speech) -> dict[str, Any] | None:
    lines = card.get("groups") or ()
    headers = [speech.text(f"models.{name}") for name in ("group", "units", "brier", "brier_opponent", "worse")]
    rows = [
        [
            group_name(line, speech),
            speech.number(line["units"]),
            speech.number(line["brier"], 4),
            speech.number(line["brier_opponent"], 4),
            speech.share(line["worse_share"], 1),
        ]
        for line in lines
    ]
    return _table("groups", speech.text("model_card.groups_lead"), headers, rows, speech) if rows else None


def _drives(card: Mapping[str, Any], speech: Speech) -> dict[str, Any] | None:
    drives = (card.get("metrics") or {}).get("drives") or {}
    families = [
        [
            speech.text("model_card.drives_family", family=_family(line["name"], speech)),
            *_loss(line, speech),
        ]
        for line in drives.get("families", ())
    ]
    features = [[feature_name(line["name"], speech), *_loss(line, speech)] for line in drives.get("features", ())]
    headers = [speech.text("models.group"), speech.text("model_card.drives_loss")]
    rows = [*families, *features[:DRIVES_SHOWN]]
    return _table("drives", speech.text("model_card.drives_lead"), headers, rows, speech) if rows else None


def _effects(card: Mapping[str, Any], speech: Speech) -> dict[str, Any] | None:
    lines = ((card.get("metrics") or {}).get("drives") or {}).get("effects", ())
    rows = [
        [
            feature_name(line["feature"], speech) + (f" ({_level(line, speech)})" if line["level"] else ""),
            speech.interval(line["low"], line["effect"], line["high"], 2),
            speech.interval(line["prior_low"], line["prior"], line["prior_high"], 2),
        ]
        for line in lines[:DRIVES_SHOWN]
    ]
    headers = [speech.text(f"model_card.{name}") for name in ("inputs", "effects_effect", "effects_prior")]
    return _table("effects", speech.text("model_card.effects_lead"), headers, rows, speech) if rows else None


def _loss(line: Mapping[str, Any], speech: Speech) -> list[str]:
    return [speech.interval(line["low"], line["loss"], line["high"], 4)]


def _family(name: str, speech: Speech) -> str:
    return speech.text(f"feature_family.{name}") if _known(f"feature_family.{name}", speech) else name


def feature_name(name: str, speech: Speech) -> str:
    """Name of a feature; one that this Ehya does not describe keeps its code."""
    return speech.text(f"feature.{name}") if _known(f"feature.{name}", speech) else name


def _level(line: Mapping[str, Any], speech: Speech) -> str:
    level = str(line["level"])
    if line["feature"] == "sector_division":
        return speech.sector(level)
    return "/".join(speech.place(part) for part in level.split("/"))


def _calibration(scores: Mapping[str, Any], speech: Speech) -> list[str]:
    found = scores.get("model") or {}
    if found.get("top_happened") is None:
        return []
    happened = speech.interval(found["top_happened_low"], found["top_happened"], found["top_happened_high"], share=True)
    top = {"count": speech.number(found["top_units"]), "said": speech.share(found["top_said"]), "happened": happened}
    lines = [speech.text("model_card.calibration_top", **top)]
    if found.get("calibration_slope") is not None:
        low, slope, high = (found[f"calibration_slope{end}"] for end in ("_low", "", "_high"))
        lines.append(speech.text("model_card.calibration_slope", slope=speech.interval(low, slope, high, 2)))
    return lines


_TABLES = (_sample, _scores, _drives, _effects, _groups)


def _table(
    name: str, lead: str, headers: Sequence[str], rows: Sequence[Sequence[str]], speech: Speech
) -> dict[str, Any]:
    return {
        "name": name, "heading": speech.text(f"model_card.{name}"), "lead": lead, "headers": headers, "rows": rows,
    }  # fmt: skip


def _reliability(bins: Sequence[Mapping[str, Any]], speech: Speech) -> dict[str, Any] | None:
    if not bins:
        return None

    def across(share: float) -> float:
        return round(LEFT + SIDE * share, 1)

    def up(share: float) -> float:
        return round(TOP + SIDE * (1 - share), 1)

    points = [
        {
            "x": across(each["predicted"]), "y": up(each["happened"]),
            "low": up(each["happened_low"]), "high": up(each["happened_high"]),
            "alt": ", ".join(
                [speech.share(each["predicted"]), speech.share(each["happened"]), speech.number(each["count"])]
            ),
        }
        for each in bins
    ]  # fmt: skip
    ticks = [{"x": across(at), "y": up(at), "label": speech.share(at)} for at in (0.0, 0.25, 0.5, 0.75, 1.0)]
    return {
        "points": points, "ticks": ticks, "left": LEFT, "right": LEFT + SIDE, "top": TOP, "bottom": TOP + SIDE,
        "width": LEFT + SIDE + 22, "height": TOP + SIDE + 52,
        "alt": speech.text("model_card.reliability_alt", count=speech.number(len(bins))),
    }  # fmt: skip


def _coverage(card: Mapping[str, Any], speech: Speech) -> list[dict[str, Any]] | None:
    overall = (card.get("jobs_scores") or {}).get("model") or {}
    if not overall.get("units"):
        return None
    named = [(speech.text("model_card.all"), overall["units"], *(overall[f"coverage_80{end}"] for end in _ENDS))]
    for line in (card.get("coverage_by_sector") or ())[:SECTORS_SHOWN]:
        ends = (line["coverage"], line["low"], line["high"])
        sector = speech.text("group.unknown_sector") if line["sector"] == "-" else speech.sector(line["sector"])
        named.append((sector, line["units"], *ends))
    return [
        {
            "name": name, "units": speech.number(units), "share": speech.interval(low, share, high, share=True),
            "at": round(100 * share, 1), "start": round(100 * low, 1), "end": round(100 * high, 1),
        }
        for name, units, share, low, high in named
    ]  # fmt: skip


_ENDS = ("", "_low", "_high")


def _known(key: str, speech: Speech) -> bool:
    from serving.i18n import texts

    return key in texts(speech.language)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(printable(cell).replace("|", "\\|") for cell in cells) + " |"
