"""Which language a request asks for."""

from __future__ import annotations

from collections.abc import Mapping

from engine.settings import LANGUAGES


def chosen(lang: str | None, headers: Mapping[str, str], default: str) -> str:
    """Choose the language of an answer.

    Parameters
    ----------
    lang
        The query parameter ``lang``; it wins when it names a language of ours.
    headers
        Headers of the request; ``Accept-Language`` is read with its weights (RFC 9110, 12.5.4).
    default
        Language when the request does not say.

    Examples
    --------
    >>> chosen(None, {"accept-language": "de, en-GB;q=0.8, fa;q=0.5"}, "fa")
    'en'
    >>> chosen("fa", {"accept-language": "en"}, "en"), chosen(None, {}, "fa")
    ('fa', 'fa')
    """
    if lang in LANGUAGES:
        return str(lang)
    best, best_weight = default, 0.0
    for part in headers.get("accept-language", "")[:500].split(","):
        name, _, options = part.partition(";")
        language, weight = name.strip().lower().partition("-")[0], _weight(options)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(options: str) -> float:
    name, _, value = options.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
