"""What is different between two models, in words: pages, terminal and HTTP say it alike."""

from __future__ import annotations

from typing import Any

from serving.desk.model_room import ModelChanges
from serving.i18n import Speech
from serving.reports.card_page import feature_name


def changes_said(found: ModelChanges, words: Speech) -> list[tuple[str, ...]]:
    """What is different: name, before, after.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> same = {"counts": {}, "scores": {}, "data_until": ("", ""), "kind": ("outcomes", "outcomes")}
    >>> found = ModelChanges(**same, recipe={"rate": (0.06, 0.03), "trials": (40, 0)}, added=(), removed=())
    >>> changes_said(found, speech("en"))
    [('Learning rate of the boosting', '0.0600', '0.0300'), ('Trials of the search', '40', 'none: the usual settings')]
    """
    lines: list[tuple[str, ...]] = []
    if found.kind[0] != found.kind[1]:
        lines.append((words.text("models.kind"), *(words.text(f"model_kind.{kind}") for kind in found.kind)))
    if found.data_until[0] != found.data_until[1]:
        lines.append((words.text("room.data_until"), *(words.date(day or None) for day in found.data_until)))
    lines += [
        (words.text(f"sample.{name}"), *(words.number(value) for value in pair))
        for name, pair in found.counts.items()
        if _known(f"sample.{name}", words)
    ]
    lines += [
        (
            words.text(f"room.figure_{'coverage' if name == 'coverage_80' else name}"),
            *(words.share(value) if name == "coverage_80" else words.number(value, 4) for value in pair),
        )
        for name, pair in found.scores.items()
    ]
    for key, names, place in (("added", found.added, 1), ("removed", found.removed, 0)):
        if names:
            said = words.join([feature_name(name, words) for name in names])
            none = words.number(None)
            lines.append((words.text(f"room.features_{key}"), *((said, none) if place == 0 else (none, said))))
    lines += [
        (_recipe(f"recipe.{name}", name, words), *(_setting(name, value, words) for value in pair))
        for name, pair in found.recipe.items()
    ]
    return lines


def _setting(name: str, value: Any, words: Speech) -> str:
    if isinstance(value, str):
        return _recipe(f"recipe_value.{value}", value, words)
    if value is None or isinstance(value, bool):
        return words.number(None) if value is None else words.fact(value)
    if name == "trials" and not value:
        return words.text("recipe_value.no_search")
    if name == "random_state":
        return words.digits(str(value))
    return words.number(value, 4) if isinstance(value, float) else words.number(value)


def _recipe(key: str, name: str, words: Speech) -> str:
    """A setting by its name; one of a learner of someone's own as the learner calls it."""
    return words.text(key) if _known(key, words) else name


def _known(key: str, words: Speech) -> bool:
    try:
        words.text(key)
    except KeyError:
        return False
    return True
