"""Terms of a package as boxes of a form, and back: what the form does not show is carried on as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.packages.terms import PackageTerms
from engine.parsing.text import latin_digits
from engine.ranking.reasons import Triage
from serving.i18n import Speech

SECTOR_ROWS = 3
"""Sectors of which the form asks for so many units at least."""
_SUMS = ("capital", "public_money", "hard_currency")
MANY = 100_000
"""Units of a package that is told only how many at least."""
_CARRIED = ("pinned", "barred", "not_together", "only_with", "investors", "seed")
"""Terms that the form does not show; units that a person wants in or out are changed where the package is shown."""


def terms_stated(boxes: Mapping[str, str], verdicts: Sequence[str], carried: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says, as `PackageTerms.read` wants it.

    Parameters
    ----------
    boxes
        Box -> what was written; empty where nothing was, and a box to tick is there where it was ticked.
    verdicts
        Verdicts that were ticked.
    carried
        Terms that the form began with.

    Examples
    --------
    >>> boxes = {"name": "inva", "least": "۱۲", "capital": "3000 billion rial", "per_county": "4", "publishable": "1"}
    >>> stated = terms_stated(boxes, ["offer"], {"pinned": [{"unit": "U1", "reason": "x"}]})
    >>> PackageTerms.read(stated | {"count": 12}).places, stated["quotas"], stated["pinned"][0]["unit"]
    ((12, 12), [{'by': 'county', 'at_most': '4'}], 'U1')
    >>> [terms_stated({"least": "5"}, [], {})["count"], terms_stated({"most": "20"}, [], {})["count"]]
    [['5', 100000], [0, '20']]
    """
    written = {name: text.strip() for name, text in boxes.items() if text.strip()}
    stated: dict[str, Any] = {name: carried[name] for name in _CARRIED if name in carried}
    stated["name"], stated["event"] = written.get("name", ""), written.get("event", "")
    least, most = written.get("least"), written.get("most")
    if least or most:
        stated["count"] = least if least == most else [least or 0, most or MANY]
    budgets = {name: _budget(written, name) for name in _SUMS if {name, f"{name}_share"} & set(written)}
    if budgets:
        stated["budgets"] = budgets
    stated |= {name: written[name] for name in ("debt", "assume_capital", "price_year") if name in written}
    quotas = list(carried.get("quotas", []))
    if "per_county" in written:
        quotas.append({"by": "county", "at_most": written["per_county"]})
    for row in range(SECTOR_ROWS):
        if (sector := written.get(f"sector_{row}")) or f"sector_least_{row}" in written:
            quotas.append({"sector": [sector or ""], "at_least": written.get(f"sector_least_{row}")})
    if quotas:
        stated["quotas"] = quotas
    stated["verdicts"] = list(verdicts) or [one.value for one in Triage]  # what stays empty limits nothing
    stated["publishable_only"] = "publishable" in written
    stated["norms_stand_in"] = "norms_stand_in" in written
    if "revived" in written or "revived_chance" in written:
        stated["revived"] = {"at_least": written.get("revived"), "probability": _share(written.get("revived_chance"))}
    if "exploration" in written:
        stated["exploration"] = {"share": _share(written["exploration"])}
    worth = {name: written[name] for name in ("jobs", "npv", "risk") if name in written}
    if worth:
        stated["worth"] = {"jobs": 0, **worth, **({"tail": tail} if (tail := _tail(carried)) else {})}
    return stated


def terms_boxes(document: Mapping[str, Any], words: Speech) -> dict[str, Any]:
    """Terms as the boxes of a form show them.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> document = PackageTerms.read({"name": "a", "count": 12, "debt": "2000 billion rial"}).document
    >>> boxes = terms_boxes(document, speech("en"))
    >>> boxes["least"], boxes["most"], boxes["debt"], boxes["verdicts"]
    ('12', '12', '2,000 billion rial', ('offer',))
    """
    terms = PackageTerms.read(document) if document.get("name") else PackageTerms.read({**document, "name": "-"})
    low, high = (None if one in (0, MANY) else one for one in terms.places)
    county, sectors, _ = _parted([one.model_dump(mode="json", exclude_defaults=True) for one in terms.quotas])
    budgets = {name: getattr(terms.budgets, name) for name in _SUMS}
    shares = {name: None if one is None else one.share_of_capital for name, one in budgets.items()}
    return {
        "name": str(document.get("name", "")),
        "event": terms.event,
        "least": _number(low, words),
        "most": _number(high, words),
        **{name: _money(None if one is None else one.at_most, words) for name, one in budgets.items()},
        **{f"{name}_share": _percent(share, words) for name, share in shares.items()},
        "debt": _money(terms.debt, words),
        "assume_capital": _money(terms.assume_capital, words),
        "price_year": "" if terms.price_year is None else words.digits(str(terms.price_year)),
        "per_county": _number(None if county is None else county["at_most"], words),
        "sectors": [
            (str(one["sector"][0]), _number(one.get("at_least"), words)) for one in sectors
        ] + [("", "")] * (SECTOR_ROWS - len(sectors)),
        "verdicts": tuple(one.value for one in terms.verdicts),
        "publishable": terms.publishable_only,
        "norms_stand_in": terms.norms_stand_in,
        "revived": _number(None if terms.revived is None else terms.revived.at_least, words),
        "revived_chance": _percent(None if terms.revived is None else terms.revived.probability, words),
        "exploration": _percent(None if terms.exploration is None else terms.exploration.share, words),
        "jobs": _plain(terms.worth.jobs, words),
        "npv": _plain(terms.worth.npv, words),
        "risk": _plain(terms.worth.risk, words),
    }  # fmt: skip


def carried_on(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the form does not show of terms, to be carried on by it."""
    kept = {name: document[name] for name in (*_CARRIED, "worth") if name in document}
    _, _, quotas = _parted(document.get("quotas", []))
    return kept | ({"quotas": quotas} if quotas else {})


def verdict_choices(words: Speech) -> list[tuple[str, str]]:
    """Verdicts that units of a package may have."""
    return [(one.value, words.text(one)) for one in Triage]


Quotas = list[Mapping[str, Any]]


def _parted(quotas: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any] | None, Quotas, Quotas]:
    """Quotas as the form shows them: the one by county, those of a sector, and those that it carries on unshown."""
    county: Mapping[str, Any] | None = None
    sectors: Quotas = []
    others: Quotas = []
    for one in quotas:
        said = set(one)
        if county is None and said == {"by", "at_most"} and one["by"] == "county":
            county = one
        elif said == {"sector", "at_least"} and len(one["sector"]) == 1 and len(sectors) < SECTOR_ROWS:
            sectors.append(one)
        else:
            others.append(one)
    return county, sectors, others


def _budget(written: Mapping[str, str], name: str) -> dict[str, Any]:
    share = written.get(f"{name}_share")
    return {"at_most": written.get(name), **({} if share is None else {"share_of_capital": _share(share)})}


def _share(text: str | None) -> object:
    """A percentage as a share, and a share below one as it is; what is neither stays as it was written.

    Examples
    --------
    >>> [_share(text) for text in ("30%", "۳۰", "0.9", "۰٫۹٪", "much")]
    [0.3, 0.3, 0.9, 0.009, 'much']
    """
    if text is None:
        return None
    plain = latin_digits(text).replace("٪", "%").replace("٫", ".").strip()
    try:
        number = float(plain.removesuffix("%").strip())
    except ValueError:
        return text
    return number if 0 < number < 1 and not plain.endswith("%") else round(number / 100, 12)


def _tail(carried: Mapping[str, Any]) -> object:
    return carried.get("worth", {}).get("tail")


def _number(count: object, words: Speech) -> str:
    return "" if count is None else words.number(count)


def _plain(number: float, words: Speech) -> str:
    return words.digits(f"{number:.12g}")


def _percent(share: float | None, words: Speech) -> str:
    return "" if share is None else words.digits(f"{100 * share:.12g}%")


def _money(rial: int | None, words: Speech) -> str:
    """A sum that is read back as it is."""
    if rial is None:
        return ""
    if rial % 10**9:
        return words.text("money.rial", amount=words.number(rial))
    return words.text("money.billion", amount=words.number(rial // 10**9))
