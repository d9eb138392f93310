"""Fill a template; everything that comes from a table is escaped."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path
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


def static_files() -> Path:
    """Folder of what pages are dressed in: style sheets, scripts, fonts, outlines."""
    return Path(str(resources.files("serving") / "static"))


@cache
def static_address() -> str:
    """Where pages find those files; it changes with any of them, so that a browser may keep what it has.

    Examples
    --------
    >>> static_address().startswith("/static/")
    True
    """
    digest = hashlib.sha256()
    for file in sorted(file for file in static_files().rglob("*") if file.is_file()):
        digest.update(file.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"


@cache
def style() -> str:
    """The style sheet of report and pages."""
    return (static_files() / "ehya.css").read_text("utf-8")


@cache
def font() -> bytes:
    """Vazirmatn, the variable font (SIL Open Font License 1.1)."""
    return (static_files() / "fonts" / "Vazirmatn.woff2").read_bytes()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("serving.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static_address()
    return made
