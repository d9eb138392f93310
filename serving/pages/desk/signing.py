"""Pages of signing in: alone on their screen, and careful with what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serving.i18n import texts
from serving.pages.desk.frame import Frame, page


def sign_in_page(
    frame: Frame,
    *,
    onward: str,
    name: str = "",
    refused: bool = False,
    ended: bool = False,
    kept: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The page that asks for name and password.

    Parameters
    ----------
    frame
        What stands around it.
    onward
        Where to go then.
    name
        Name that was given.
    refused
        Whether it opened nothing with the password that came with it.
    ended
        Whether a session ended while something was typed.
    kept
        What was typed, by the names of the fields.
    """
    return page("sign_in.html", frame, onward=onward, account=name, refused=refused, ended=ended, kept=kept or {})


def resumed_page(frame: Frame, *, address: str, kept: Mapping[str, Sequence[str]], token: str) -> str:
    """The page that shows what was typed before a session ended, and sends it once more.

    Parameters
    ----------
    frame
        What stands around it.
    address
        Where it was to be sent.
    kept
        What was typed.
    token
        What forms of the new session carry.
    """
    known = texts(frame.speech.language)
    shown = [
        (known.get(f"field.{name}", known.get(f"desk.{name}", name)), value)
        for name, values in kept.items()
        if not name.startswith("seen_")
        for value in values
    ]
    return page("resumed.html", frame, address=address, kept=kept, shown=shown, mark=token)
