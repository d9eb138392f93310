"""Fill a template; everything that comes from a table is escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from serving.i18n import Speech


def render(name: str, speech: Speech, **facts: Any) -> str:
    """Fill one template of ``serving/html/templates``.

    Parameters
    ----------
    name
        File name of the template.
    speech
        Language of the page; the template sees it as ``speech``.
    **facts
        What the template names; a name that is missing is an error, never an empty place.

    Returns
    -------
    str
        HTML. Every value is escaped, whoever wrote it.
    """
    return _environment().get_template(name).render(speech=speech, **facts)


@cache
def style() -> str:
    """The style sheet of report and pages."""
    return (resources.files("serving") / "static" / "ehya.css").read_text("utf-8")


@cache
def font() -> bytes:
    """Vazirmatn, the variable font (SIL Open Font License 1.1)."""
    return (resources.files("serving") / "static" / "fonts" / "Vazirmatn.woff2").read_bytes()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("serving.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
