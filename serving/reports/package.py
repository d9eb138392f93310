"""A package in words and as a workbook: every figure of it stands in its document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.packages.rules import TermKind
from engine.packages.standing import Loss
from engine.packages.terms import InvestorGroup
from serving.desk.package_answers import WhyUnit
from serving.i18n import Speech
from serving.reports.plan import money_line
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_json, write_xlsx

_SUMS = {TermKind.CAPITAL.value, TermKind.PUBLIC_MONEY.value, TermKind.HARD_CURRENCY.value, TermKind.DEBT.value}
SMALL = 0.05
"""Jobs: what costs less is not listed."""
_COUNTS = {TermKind.COUNT.value, TermKind.QUOTA.value}


def unit_in_words(unit_id: str, names: Mapping[str, Any]) -> str:
    """Name and id of a unit.

    Examples
    --------
    >>> unit_in_words("U1", {"U1": "آرد"}), unit_in_words("U2", {})
    ('آرد (U1)', 'U2')
    """
    name = names.get(unit_id)
    return f"{name} ({unit_id})" if name else unit_id


def units_in_words(unit_ids: Sequence[str], names: Mapping[str, Any], words: Speech) -> str:
    """Several units in one line; nobody where there are none."""
    return words.join(unit_in_words(one, names) for one in unit_ids) if unit_ids else words.text("package.nobody")


def rule_in_words(rule: Mapping[str, Any], words: Speech, names: Mapping[str, Any]) -> str:
    """A rule of a package in a sentence."""
    kind, say = rule["kind"], words.text
    if kind == TermKind.KNOWN.value:
        if "lacks" in rule:
            return say("package.rule_known_lacks", lacks=say(f"term_kind.{rule['lacks']}"), units=rule["units"])
        return say("package.rule_known", units=rule["units"])
    if kind == TermKind.COUNT.value:
        exact = rule["low"] == rule["high"]
        return say(f"package.rule_count_{'exact' if exact else 'range'}", low=rule["low"], high=rule["high"])
    if kind in _SUMS:
        return say("package.rule_sum", term=say(f"term_kind.{kind}"), limit=words.money(rule["high"]))
    if kind == TermKind.QUOTA.value:
        return _quota(rule, words)
    if kind in (TermKind.PINNED.value, TermKind.BARRED.value):
        return say(f"package.rule_{kind}", unit=unit_in_words(rule["unit"], names), reason=rule["reason"])
    if kind == TermKind.NOT_TOGETHER.value:
        return say("package.rule_not_together", units=[unit_in_words(one, names) for one in rule["units"]])
    if kind == TermKind.ONLY_WITH.value:
        others = [unit_in_words(one, names) for one in rule["units"]]
        return say("package.rule_only_with", unit=unit_in_words(rule["unit"], names), units=others)
    if kind in (TermKind.PUBLISHABLE.value, TermKind.WITHDRAWN.value):
        return say(f"package.rule_{kind}", units=rule["units"])
    if kind == TermKind.VERDICT.value:
        verdicts = [say(f"triage.{one}") for one in rule["verdicts"]]
        return say("package.rule_verdict", verdicts=verdicts, units=rule["units"])
    return say("package.rule_chance", at_least=rule["at_least"], probability=words.share(rule["probability"]))


def loosening_in_words(one: Mapping[str, Any], words: Speech, names: Mapping[str, Any]) -> str:
    """How a rule would have to change, in a sentence."""
    rule = rule_in_words(one, words, names)
    if one["kind"] in _SUMS:
        facts = {"limit": words.money(one["limit"]), "amount": words.money(one["amount"])}
        return words.text("package.loosen_sum", rule=rule, **facts)
    if one["kind"] in _COUNTS:
        return words.text("package.loosen_limit", rule=rule, limit=one["limit"])
    if one["kind"] == TermKind.CHANCE.value and one["limit"] > 0:
        return words.text("package.loosen_chance", rule=rule, limit=words.share(one["limit"], 2))
    return words.text("package.loosen_drop", rule=rule)


def group_in_words(value: str, by: str, words: Speech) -> str:
    """A group of units in words: a county, a sector, an estate.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> group_in_words("West Azerbaijan/Khoy", "county", speech("en"))
    'Khoy'
    """
    return _value(value, by, _named(words), words, by)


def conflict_lines(conflict: Mapping[str, Any], words: Speech, names: Mapping[str, Any]) -> list[str]:
    """Why no package keeps the terms, and what would heal it, line by line."""
    seconds, fewest, all_ways = (conflict[key] for key in ("seconds", "fewest", "all_ways"))
    head = words.text("package.infeasible") if fewest else words.text("package.infeasible_open", seconds=seconds)
    lines = [head, *(f"  • {rule_in_words(rule, words, names)}" for rule in conflict["rules"])]
    if conflict["healed"]:
        ways = [
            words.join(loosening_in_words(one, words, names) for one in gave) for gave in conflict["healed"].values()
        ]
        lines += [words.text("package.heals"), *(f"  – {way}" for way in dict.fromkeys(ways))]
    elif conflict["together"]:
        lines.append(words.text("package.heals_together"))
        steps = dict.fromkeys(loosening_in_words(one, words, names) for one in conflict["together"])
        lines += [f"  – {step}" for step in steps]
    elif all_ways:
        lines.append(words.text("package.nothing_heals"))
    if not all_ways:
        some = conflict["healed"] or conflict["together"]
        lines.append(words.text("package.ways_open") if some else words.text("package.no_way_yet", seconds=seconds))
    return lines


def net_note(words: Speech, *, worth: str = "ehya economics UNIT", story: str = "ehya show UNIT") -> str:
    """What net weighted jobs and their intervals are.

    Parameters
    ----------
    words
        Language.
    worth, story
        Where the worth and the story of a unit are shown.
    """
    return words.text("package.net_note", worth=worth, story=story)


def reason_lines(unit: Mapping[str, Any], words: Speech, names: Mapping[str, Any]) -> list[str]:
    """Why a unit is in, line by line."""
    say = words.text
    lines = []
    if unit["pinned"]:
        reason = words.join(part for part in (unit["pinned"]["reason"], unit["pinned"]["by"]) if part)
        lines.append(say("package.pinned_line", reason=reason))
    lot = unit["lot"]
    if lot and lot["instead"] != unit["unit_id"]:
        facts = {"pool": lot["pool"], "probability": words.share(lot["probability"], 1)}
        lines.append(say("package.lot_line", unit=unit_in_words(lot["instead"], names), **facts))
    elif unit["gain"] is None:
        lines.append(say("package.needed" if unit.get("finished", True) else "package.no_time"))
    else:
        lines.append(gain_in_words(unit, words, names))
        if not unit.get("finished", True):
            lines.append(say("package.at_most"))
    if unit["capital_estimated"]:
        lines.append(say("package.capital_estimated"))
    key = "role_undetermined" if unit["core_index"] is None else "role_line"
    role = say(f"role.{unit['role']}")
    return [*lines, say(f"package.{key}", role=role, share=words.share(unit["core_index"]))]


def gain_in_words(said: Mapping[str, Any], words: Speech, names: Mapping[str, Any]) -> str:
    """What a package would lose without a unit, and who would come."""
    units = units_in_words(said["displaced"], names, words)
    if said["gain"] < 0.05:
        return words.text("package.no_gain", units=units)
    key = "gain_line" if said["displaced"] else "gain_alone"
    facts = {"units": units} if said["displaced"] else {}
    return words.text(f"package.{key}", gain=words.number(said["gain"], 1), **facts)


def money_lines(document: Mapping[str, Any], words: Speech) -> list[str]:
    """In whose prices the sums of a package are; nothing where no record and no term names a year."""
    year = document["terms"].get("price_year")
    return [] if year is None else [money_line(year, words)]


def figure_pairs(document: Mapping[str, Any], words: Speech) -> list[tuple[str, str]]:
    """Figures of a package: what, and how much with its interval and unit of measure."""
    return list(figure_rows(document, words).values())


def figure_rows(document: Mapping[str, Any], words: Speech) -> dict[str, tuple[str, str]]:
    """The same by key, so that those of two packages can stand side by side."""
    found, say = document["figures"], words.text
    unknown = say("package.not_summed")

    def money(rial: float | None) -> str:
        return unknown if rial is None else words.money(rial)

    pairs = [
        ("jobs", words.interval(found["jobs_low"], found["jobs"], found["jobs_high"])),
        ("jobs_worst", words.number(found["jobs_worst"])),
        ("revived", words.interval(found["revived_low"], found["revived"], found["revived_high"], 1)),
        ("any_revived", words.share(found["any_revived"])),
        ("capital", money(found["capital_rial"])),
        ("debt", money(found["debt_rial"])),
        ("capital_per_job", money(found["capital_per_job_rial"])),
        ("value", words.number(document["objective"]["value"], 1)),
    ]
    if found["npv_billion_rial"] is not None:
        key = "npv_partly" if found["npv_unknown"] else "npv"
        pairs.append((key, words.number(found["npv_billion_rial"])))
    unjudged = {"npv_partly": {"count": found["npv_unknown"]}}
    return {key: (say(f"package.{key}", **unjudged.get(key, {})), value) for key, value in pairs}


def term_in_words(term: str, words: Speech, document: Mapping[str, Any]) -> str:
    """Name of a term: a quota by its conditions."""
    head, _, rest = term.partition(".")
    kinds = {"verdicts": "verdict", "publishable_only": "publishable", "quotas": "quota", "budgets": rest}
    name = words.text(f"term_kind.{kinds.get(head, head)}")
    if head == "quotas":
        quota = document["terms"]["quotas"][int(rest) - 1]
        rule = {"kind": "quota", "quota": quota, "low": quota.get("at_least"), "high": quota.get("at_most")}
        return f"{name} ({rule_in_words(rule, words, {})})"
    return f"{name} ({rest})" if rest and head != "budgets" else name


def term_costs(document: Mapping[str, Any], words: Speech, *, least: float = 0.0) -> list[tuple[str, str]]:
    """What each term costs: its name and the worth that the best package would have more without it, in jobs.

    Parameters
    ----------
    document
        The package.
    words
        Language.
    least
        Jobs below which a cost is left out.
    """
    return [
        (term_in_words(term, words, document), cost_in_words(term, price, words, document))
        for term, price in document["term_prices"].items()
        if price >= least
    ]


def binding_in_words(one: Mapping[str, Any], words: Speech, names: Mapping[str, Any]) -> str:
    """What one step more of a term that binds would bring."""
    step = words.number(one["step"]) if one["kind"] in _COUNTS else words.money(one["step"])
    rule, value = rule_in_words(one, words, names), words.number(one["value"], 1)
    return words.text("package.step", rule=rule, step=step, value=value)


def option_in_words(one: Mapping[str, Any], words: Speech, names: Mapping[str, Any]) -> str:
    """A unit that is out and nearly in."""
    unit = unit_in_words(one["unit_id"], names)
    return words.text("package.option_line", unit=unit, share=words.share(one["core_index"]))


def cost_in_words(term: str, price: float, words: Speech, document: Mapping[str, Any]) -> str:
    """What a term costs; of a sum by which a step more brings nothing, that it is not the next rial that is short."""
    said = words.text("package.costs", price=words.number(price, 1))
    sums = term.startswith("budgets.") or term == TermKind.DEBT.value
    stepped = not document.get("unfinished")  # else nobody knows whether a step brings something
    if sums and price > 0 and stepped and term not in {one["term"] for one in document["binding"]}:
        return words.text("package.costs_unstated", price=said)
    return said


def figures_line(unit: Mapping[str, Any], words: Speech) -> str:
    """Chance and jobs of a unit with their intervals, and its capital; what its day did not know is ``—``."""
    return words.text(
        "package.figures_line",
        chance=_interval(unit, "chance", words, share=True),
        jobs=_interval(unit, "jobs_expected", words),
        if_revived=_interval(unit, "jobs_if_revived", words),
        capital=words.money(unit["capital_rial"]),
    )


def outside_lines(said: WhyUnit, words: Speech, names: Mapping[str, Any]) -> list[str]:
    """Why a unit is out, and the smallest changes that bring it in, line by line."""
    if said.gave_place_to is not None:
        return [words.text("package.gave_place", unit=unit_in_words(said.gave_place_to, names))]
    outsider = said.outside
    if outsider is None:
        return []
    out = outsider.changes
    lines = [words.text("package.barrier", rule=rule_in_words(rule, words, names)) for rule in out["barriers"]]
    finished = out.get("finished", True)
    if out["price"] is None:
        lines.append(words.text("package.cannot_force" if finished else "package.no_time_out"))
    elif out["price"] < SMALL:
        lines.append(words.text("package.forced_free"))
    else:
        leaving, entering = (units_in_words(out[key], names, words) for key in ("leaving", "entering"))
        facts = {"leaving": leaving, "entering": entering}
        lines.append(words.text("package.price", price=words.number(out["price"], 1), **facts))
    changes = [_cheaper_line(one, words) for one in out["cheaper"]]
    changes += [loosening_in_words(one, words, names) for one in out["changes"]]
    if out["price"] is not None and out["price"] >= SMALL and not out["barriers"]:
        amounts = {"price": out["price"], "worth": outsider.worth, "wanted": outsider.worth + out["price"]}
        numbers = {name: words.number(amount, 1) for name, amount in amounts.items()}
        changes.append(words.text("package.change_worth", **numbers))
        if (wanted := outsider.chances.wanted) is not None:
            shares = {"chance": words.share(outsider.chances.point, 1), "wanted": words.share(wanted, 1)}
            changes.append(words.text("package.change_likelier", **shares))
    end = [] if finished else [words.text("package.no_time_for_all")]
    title = [words.text("package.would_enter")] if changes else []
    return [*lines, *title, *(f"– {line}" for line in changes), *end]


def rests_on(document: Mapping[str, Any], words: Speech) -> str:
    """Model, draws and digest of a package."""
    facts = {"model": document["model_version"], "worlds": document["worlds"], "digest": document["digest"][:12]}
    return words.text("package.rests_on", seed=document["terms"].get("seed", 0), **facts)


def package_answer(stored: Any, losses: Mapping[str, Loss] | None = None) -> dict[str, Any]:
    """What a program gets: the package, what is known of its making, and units that are gone since, where asked."""
    head = {
        "key": stored.key,
        "name": stored.name,
        "version": stored.version,
        "event": stored.event,
        "as_of": stored.as_of.isoformat(),
        "made_at": stored.made_at.isoformat(),
        "model_version": stored.model_version,
        "digest": stored.digest,
        "frozen": None
        if not stored.frozen
        else {"role": stored.role, "on": str(stored.signed_on), "note": stored.note},
    }
    gone = {} if losses is None else {"losses": {unit: loss.value for unit, loss in losses.items()}}
    return head | dict(stored.document) | gone


def _cheaper_line(one: Mapping[str, Any], words: Speech) -> str:
    facts = {"term": words.text(f"term_kind.{one['kind']}"), "amount": words.money(one["amount"])}
    return words.text("package.change_cheaper", **facts)


def _interval(unit: Mapping[str, Any], name: str, words: Speech, *, share: bool = False) -> str:
    if f"{name}_low" in unit:
        return words.interval(unit[f"{name}_low"], unit[name], unit[f"{name}_high"], share=share)
    # a package of before has its figure alone, or none
    return (words.share if share else words.number)(unit.get(name))


def write_package(path: Path, document: Mapping[str, Any], words: Speech) -> Path:
    """Write a package as a workbook (.xlsx) or as JSON.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending, ``file_not_written``.
    """
    if path.suffix == ".json":
        return write_json(path, document)
    if path.suffix != ".xlsx":
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=[".pdf", ".xlsx", ".json"])
    names = {unit["unit_id"]: unit["name"] for unit in document["units"]}
    remarks = [words.text("package.synthetic")] if any_synthetic(document) else []
    remarks += lost_lines(document, words, names)
    sheet = OutputSheet(words.text("package.sheet_units"), _columns(words), _rows(document, words, names), remarks)
    groups = document["terms"].get("investors") or [one.value for one in InvestorGroup]
    first = words.text("package.investors", groups=[words.text(f"investor_group.{one}") for one in groups])
    money = [(line, "") for line in money_lines(document, words)]
    costs = [(rests_on(document, words), ""), (words.text("package.terms_cost"), ""), *term_costs(document, words)]
    lines = [*figure_pairs(document, words), *money, *costs, (first, ""), (net_note(words), "")]
    return write_xlsx(path, [sheet], Notes(words.text("package.sheet_terms"), lines), words)


def lost_lines(document: Mapping[str, Any], words: Speech, names: Mapping[str, Any]) -> list[str]:
    """Units of a package that cannot be offered any more, and why; nothing where nobody looked."""
    lost = document.get("losses") or {}
    said = [(unit_in_words(unit, names), words.text(f"loss.{loss}")) for unit, loss in lost.items()]
    lines = [words.text("package.lost_line", unit=unit, loss=loss) for unit, loss in said]
    return [words.text("package.lost_title"), *lines] if lines else []


def any_synthetic(document: Mapping[str, Any]) -> bool:
    """Whether units of a package are made up."""
    return any(unit["origin"] == "synthetic" for unit in document["units"])


def _columns(words: Speech) -> list[SheetColumn]:
    say = words.text
    return [
        SheetColumn("position", say("package.position"), "count"),
        SheetColumn("unit_id", say("package.unit")),
        SheetColumn("name", say("field.name"), "long"),
        SheetColumn("county", say("field.county")),
        SheetColumn("sector", say("field.isic"), "long"),
        SheetColumn("deal_forms", say("package.deal_forms")),
        SheetColumn("role", say("package.role")),
        SheetColumn("core_index", say("package.core_index"), "share"),
        *_ends("chance", say("package.chance"), "share", words),
        *_ends("jobs_expected", f"{say('package.jobs_expected')} [{say('measure.persons')}]", "number", words),
        *_ends("jobs_if_revived", f"{say('package.if_revived')} [{say('measure.persons')}]", "number", words),
        SheetColumn("capital_rial", f"{say('package.capital')} [{say('measure.rial')}]", "money"),
        SheetColumn("why", say("package.why"), "long"),
    ]


def _ends(name: str, title: str, kind: str, words: Speech) -> list[SheetColumn]:
    """A figure between the ends of its 80 % interval."""
    ends = {"_low": words.text("bound.low"), "": None, "_high": words.text("bound.high")}
    return [
        SheetColumn(f"{name}{end}", title if word is None else f"{title} ({word})", kind) for end, word in ends.items()
    ]


def _rows(document: Mapping[str, Any], words: Speech, names: Mapping[str, Any]) -> pd.DataFrame:
    rows = [
        {
            **unit,
            "position": position,
            "county": words.place(unit["county"]),
            "sector": words.sector(unit["isic"]),
            "deal_forms": words.codes(unit["deal_forms"], "deal_form"),
            "role": words.text(f"role.{unit['role']}"),
            "why": "\n".join([*_lost(unit, document, words), *reason_lines(unit, words, names)]),
        }
        for position, unit in enumerate(document["units"], start=1)
    ]
    return pd.DataFrame(rows, columns=[column.name for column in _columns(words)])


def _lost(unit: Mapping[str, Any], document: Mapping[str, Any], words: Speech) -> list[str]:
    loss = (document.get("losses") or {}).get(unit["unit_id"])
    return [] if loss is None else [words.text("package.lost_since", loss=words.text(f"loss.{loss}"))]


def _quota(rule: Mapping[str, Any], words: Speech) -> str:
    group = _group(rule, words)
    low, high = rule["low"], rule["high"]
    key = "rule_range" if low is not None and high is not None else "rule_at_least" if high is None else "rule_at_most"
    facts = {"low": low, "high": high}
    wanted = {"rule_range": ("low", "high"), "rule_at_least": ("low",), "rule_at_most": ("high",)}[key]
    return words.text(f"package.{key}", group=group, **{name: facts[name] for name in wanted})


def _group(rule: Mapping[str, Any], words: Speech) -> str:
    """Whom a quota counts: its name, or its conditions."""
    quota, say = rule["quota"], words.text
    named = _named(words)
    said = [words.join(name(value) for value in quota[key]) for key, name in named.items() if quota.get(key)]
    if "seeks_capital" in quota:
        said.append(say("package.seeks_capital" if quota["seeks_capital"] else "package.no_capital_sought"))
    if "by" in quota:
        by = say(f"grouping.{quota['by']}")
        said.append(f"{by} {_value(rule['of'], quota['by'], named, words, by)}" if "of" in rule else by)
    return quota.get("name") or " · ".join(said) or say("package.group_all")


def _named(words: Speech) -> dict[str, Callable[[str], str]]:
    """How to say each kind of value that a quota may name."""
    say = words.text
    return {
        "sector": lambda code: f"{words.sector(code)} ({code})",
        "province": words.place,
        "county": lambda name: words.place(name.rpartition("/")[2]),
        "estate": str,
        "status": lambda code: say(f"status.{code}"),
        "size": lambda code: say(f"size_class.{code}"),
        "deal_form": lambda code: say(f"deal_form.{code}"),
        "verdict": lambda code: say(f"triage.{code}"),
        "origin": lambda code: say(f"origin.{code}"),
        "units": str,
    }


def _value(value: Any, by: str, named: Mapping[str, Any], words: Speech, name: str) -> str:
    if value is None:
        return words.text("package.group_unknown", by=name)
    return str(named[by](value)) if by in named else str(value)
