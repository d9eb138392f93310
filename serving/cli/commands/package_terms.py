"""``ehya package new``: a file of terms, with a line above each that says what it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.packages.terms import PackageTerms
from serving.cli.terminal import Terminal
from serving.i18n import Speech


def new_terms(
    terminal: Terminal,
    path: Path,
    *,
    event: str,
    count: int | None,
    budget: str | None,
    per_county: int | None,
    sectors: Sequence[str],
) -> None:
    """Write a file of terms; what the caller said stands in it, the rest as lines to fill in.

    Raises
    ------
    EhyaError
        ``file_exists``, ``value_unreadable``, ``package_value_refused``.
    """
    quotas: list[dict[str, Any]] = [] if per_county is None else [{"by": "county", "at_most": per_county}]
    quotas += [_sector_quota(one) for one in sectors]
    name = "".join("-" if letter.isspace() or letter in "@/\\" else letter for letter in path.stem)
    stated: dict[str, Any] = {"name": name, "event": event or name}
    if count is not None:
        stated["count"] = count
    if budget is not None:
        stated["budgets"] = {"capital": {"at_most": budget}}
    if quotas:
        stated["quotas"] = quotas
    PackageTerms.read(stated)
    if path.exists():
        raise EhyaError(ErrorCode.FILE_EXISTS, given=str(path))
    with replacing(path) as beside:
        beside.write_text(_commented(stated, terminal.speech), "utf-8")
    if not terminal.answer({"path": str(path), "terms": stated}):
        terminal.say("package.new_written", path=str(path))


def _sector_quota(given: str) -> dict[str, Any]:
    sector, _, least = given.partition("=")
    if not least.strip().isdecimal():
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="--sector", given=given, allowed=["10=3"])
    return {"sector": [sector.strip()], "at_least": int(least)}


def _commented(stated: Mapping[str, Any], words: Speech) -> str:
    """The terms as YAML, a line above each that says what it does; what nobody stated is there to be filled in."""
    blanks: dict[str, Any] = {
        "count": 12,
        "budgets": {
            "capital": {"at_most": "3000 billion rial"},
            "public_money": {"at_most": "500 billion rial", "share_of_capital": 0.3},
            "hard_currency": {"at_most": "900 billion rial", "share_of_capital": 0.4},
        },
        "debt": "2000 billion rial",
        "quotas": [{"by": "county", "at_most": 4}, {"sector": ["10"], "at_least": 3}],
        "norms_stand_in": True,
        "assume_capital": "50 billion rial",
        "verdicts": ["offer"],
        "pinned": [{"unit": "UNIT", "reason": "…", "by": "…"}],
        "barred": [{"unit": "UNIT", "reason": "…", "by": "…"}],
        "not_together": [{"units": ["UNIT", "UNIT"], "reason": "…"}],
        "only_with": [{"unit": "UNIT", "needs": ["UNIT"], "reason": "…"}],
        "exploration": {"share": 0.1},
        "revived": {"at_least": 3, "probability": 0.8},
        "worth": {"jobs": 1.0, "npv": 0.0, "risk": 0.0},
    }
    notes = {"budgets": "budget"}
    lines = [f"# {words.text('package_file.head')}"]
    for key in ("name", "event"):
        lines.append(_yaml({key: stated[key]}))
    for key, blank in blanks.items():
        lines.append(f"\n# {words.text(f'package_file.{notes.get(key, key)}')}")
        lines.append(_yaml({key: stated[key]}) if key in stated else _off(_yaml({key: blank})))
    return "\n".join(lines) + "\n"


def _yaml(document: Mapping[str, Any]) -> str:
    flat = not any(isinstance(value, (list, dict)) for value in document.values())
    style = False if flat else None
    return str(yaml.safe_dump(dict(document), allow_unicode=True, sort_keys=False, default_flow_style=style)).rstrip()


def _off(text: str) -> str:
    return "\n".join(f"# {line}" for line in text.split("\n"))
