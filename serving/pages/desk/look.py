"""How a person likes pages: language, digits, money, light or dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from engine.settings import LANGUAGES
from serving.i18n.speech import DIGITS, MONEY

THEMES = ("auto", "light", "dark")
_CHOICES = {"lang": ("", *LANGUAGES), "digits": DIGITS, "money": MONEY, "theme": THEMES}


@dataclass(frozen=True, slots=True)
class Look:
    """What a person chose.

    Parameters
    ----------
    lang
        ``fa`` or ``en``; empty where the browser's own language decides.
    digits, money
        How numbers and money are written (`serving.i18n.speech.DIGITS`, ``MONEY``).
    theme
        ``auto``, ``light`` or ``dark``.

    Examples
    --------
    >>> Look.read("lang=en&theme=dark&money=nonsense")
    Look(lang='en', digits='own', money='rial', theme='dark')
    """

    lang: str = ""
    digits: str = "own"
    money: str = "rial"
    theme: str = "auto"

    @classmethod
    def read(cls, kept: str) -> Look:
        """The look as a cookie keeps it; what it does not know is as usual."""
        given = dict(parse_qsl(kept[:200]))
        return cls(**{name: given[name] for name, choices in _CHOICES.items() if given.get(name) in choices})

    def kept(self) -> str:
        """As a cookie keeps it."""
        return urlencode({name: getattr(self, name) for name in _CHOICES})

    def changed(self, given: Mapping[str, str]) -> Look:
        """With other choices, where they are some."""
        return Look.read(urlencode({name: given.get(name) or getattr(self, name) for name in _CHOICES}))
