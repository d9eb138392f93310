"""How to read a list of units: what its figures mean, which model gave them, and that units may be synthetic."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.domain.unit import Origin
from serving.i18n import Speech


def origin_remarks(appraisal: pd.DataFrame, speech: Speech) -> list[str]:
    """What must stand above every list: that units are synthetic, or known from the press only."""
    origins = set(appraisal["origin"].dropna())
    found = []
    if Origin.SYNTHETIC.value in origins:
        found.append(speech.text("legend.synthetic" if len(origins) == 1 else "legend.synthetic_some"))
    if Origin.REPORTED.value in origins:
        found.append(speech.text("legend.reported"))
    return found


def model_lines(appraisal: pd.DataFrame, speech: Speech) -> list[tuple[str, Any]]:
    """Version and data date of the model, and the span of the data's own dates."""
    first = appraisal.iloc[0] if len(appraisal) else pd.Series(dtype=object)
    dated = appraisal["as_of"].dropna()
    span = [speech.date(day) for day in ((dated.min(), dated.max()) if len(dated) else ())]
    return [
        (speech.text("column.model_version"), first.get("model_version")),
        (speech.text("column.model_data_until"), speech.date(first.get("model_data_until"))),
        (speech.text("field.as_of"), " … ".join(dict.fromkeys(span)) or speech.date(None)),
    ]


def legend(appraisal: pd.DataFrame, speech: Speech) -> list[str]:
    """How to read the figures."""
    lines = [speech.text("legend.interval"), speech.text("legend.not_known"), speech.text("legend.rank")]
    if "prior_driven" in appraisal.columns and appraisal["prior_driven"].astype("boolean").fillna(False).any():
        lines.append(speech.text("legend.prior_driven"))
    if "out_of_fold" in appraisal.columns and appraisal["out_of_fold"].astype("boolean").fillna(False).any():
        lines.append(speech.text("legend.out_of_fold"))
    return lines


def banners(appraisal: pd.DataFrame, speech: Speech) -> list[dict[str, str]]:
    """What must be said before any figure: synthetic, reported, prior-driven.

    Returns
    -------
    list of dict
        ``kind`` (``warn`` or ``note``), ``title``, ``text``.
    """
    found = []
    total, origin = len(appraisal), appraisal["origin"]
    synthetic, reported = int((origin == "synthetic").sum()), origin == "reported"
    if synthetic:
        whole = synthetic == total
        title = speech.text(
            "page.synthetic_banner" if whole else "page.synthetic_some",
            **({} if whole else {"count": speech.number(synthetic), "total": speech.number(total)}),
        )
        found.append({"kind": "warn", "title": title, "text": speech.text("legend.synthetic") if whole else ""})
    if reported.any():
        latest = appraisal.loc[reported, "as_of"].max()
        count = speech.number(int(reported.sum()))
        title = speech.text("page.reported_banner", count=count, date=speech.date(latest))
        found.append({"kind": "note", "title": title, "text": speech.text("legend.reported")})
    scorable = appraisal["scorable"].astype(bool)
    prior = int(appraisal.loc[scorable, "prior_driven"].astype(bool).sum())
    if prior:
        counts = {"count": speech.number(prior), "total": speech.number(int(scorable.sum()))}
        title = speech.text("page.prior_banner", **counts)
        found.append({"kind": "note", "title": title, "text": speech.text("legend.prior_driven")})
    return found
