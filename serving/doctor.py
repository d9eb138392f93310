"""Look whether everything that Ehya needs is there, and say how to mend what is not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.workspace import champion

_LEAST_FREE_BYTES = 500_000_000  # assumed: a training run with its MLflow files, with room to spare
_SQLITE = "sqlite:///"
_FONTS = ("Vazirmatn-Regular.ttf", "Vazirmatn-Bold.ttf", "Vazirmatn.woff2")


class Health(Code):
    """How one part is doing."""

    WELL = "well"
    NOT_YET = "not_yet"
    BROKEN = "broken"


class Checkup(Code):
    """What was found; each has a text that says how to mend it."""

    PYTHON = "python"
    PYTHON_VERSION = "python_version"
    PACKAGES = "packages"
    PACKAGE_MISSING = "package_missing"
    PACKAGE_VERSION = "package_version"
    WORKSPACE = "workspace"
    WORKSPACE_NOT_YET = "workspace_not_yet"
    WORKSPACE_NOT_WRITABLE = "workspace_not_writable"
    DISK_FULL = "disk_full"
    REGISTER = "register"
    REGISTER_NOT_YET = "register_not_yet"
    REGISTER_BROKEN = "register_broken"
    MODEL = "model"
    MODEL_NOT_YET = "model_not_yet"
    MODEL_BROKEN = "model_broken"
    FONTS = "fonts"
    FONTS_MISSING = "fonts_missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor.

    Parameters
    ----------
    health
        Well, not yet there, or broken.
    checkup
        What was found.
    facts
        Values of its text.
    """

    health: Health
    checkup: Checkup
    facts: dict[str, Any] = field(default_factory=dict)


def examine(settings: Settings) -> list[Finding]:
    """Look at versions, workspace, register, model and fonts; makes nothing, but brings an older register up to date.

    Parameters
    ----------
    settings
        Where things are kept.
    """
    return [
        *_python(),
        *_packages(),
        *_workspace(settings),
        *_register(settings),
        *_model(settings),
        *_fonts(),
    ]


def broken(findings: list[Finding]) -> bool:
    """Whether anything must be mended before Ehya can work.

    Examples
    --------
    >>> broken([Finding(Health.WELL, Checkup.PYTHON), Finding(Health.NOT_YET, Checkup.MODEL_NOT_YET)])
    False
    """
    return any(finding.health is Health.BROKEN for finding in findings)


def _python() -> Iterator[Finding]:
    from packaging.specifiers import SpecifierSet

    given = ".".join(map(str, sys.version_info[:3]))
    allowed = metadata.metadata("ehya")["Requires-Python"]
    if SpecifierSet(allowed).contains(given):
        yield Finding(Health.WELL, Checkup.PYTHON, {"given": given})
    else:
        yield Finding(Health.BROKEN, Checkup.PYTHON_VERSION, {"given": given, "allowed": allowed})


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in metadata.requires("ehya") or []]
    wanted = [requirement for requirement in wanted if not requirement.marker or requirement.marker.evaluate()]
    bad = []
    for requirement in wanted:
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            bad.append(Finding(Health.BROKEN, Checkup.PACKAGE_MISSING, {"name": requirement.name}))
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            facts = {"name": requirement.name, "given": version, "allowed": str(requirement.specifier)}
            bad.append(Finding(Health.BROKEN, Checkup.PACKAGE_VERSION, facts))
    yield from bad
    if not bad:
        yield Finding(Health.WELL, Checkup.PACKAGES, {"count": len(wanted), "version": metadata.version("ehya")})


def _workspace(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    place = {"path": str(home)}
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    if not _writable(existing):
        yield Finding(Health.BROKEN, Checkup.WORKSPACE_NOT_WRITABLE, place)
        return
    free = shutil.disk_usage(existing).free
    if free < _LEAST_FREE_BYTES:
        yield Finding(
            Health.BROKEN, Checkup.DISK_FULL, place | {"given": free // 10**6, "least": _LEAST_FREE_BYTES // 10**6}
        )
    yield (
        Finding(Health.WELL, Checkup.WORKSPACE, place)
        if home.exists()
        else Finding(Health.NOT_YET, Checkup.WORKSPACE_NOT_YET, place)
    )


def _writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK)


def _register(settings: Settings) -> Iterator[Finding]:
    from engine.store import Register

    if not _begun(settings):
        yield Finding(Health.NOT_YET, Checkup.REGISTER_NOT_YET)
        return
    try:
        with Register.open(settings.database_url) as register:
            counts, problems = register.counts(), register.check()
    except EhyaError as error:
        yield Finding(Health.BROKEN, Checkup.REGISTER_BROKEN, {"why": error})
        return
    yield from (Finding(Health.BROKEN, Checkup.REGISTER_BROKEN, {"why": problem}) for problem in problems)
    if not problems and counts["units"]:
        yield Finding(Health.WELL, Checkup.REGISTER, {"count": counts["units"], "events": counts["events"]})
    elif not problems:
        yield Finding(Health.NOT_YET, Checkup.REGISTER_NOT_YET)


def _model(settings: Settings) -> Iterator[Finding]:
    from engine.store import Register

    if not _begun(settings):
        yield Finding(Health.NOT_YET, Checkup.MODEL_NOT_YET)
        return
    try:
        with Register.open(settings.database_url) as register:
            model = champion(register, settings)
        yield Finding(Health.WELL, Checkup.MODEL, {"version": model.version, "date": model.data_until})
    except EhyaError as error:
        if error.code is ErrorCode.NO_MODEL and not error.facts:
            yield Finding(Health.NOT_YET, Checkup.MODEL_NOT_YET)
        else:
            yield Finding(Health.BROKEN, Checkup.MODEL_BROKEN, {"why": error})


def _begun(settings: Settings) -> bool:
    """Whether the register may be opened without making one: its file is there, or it is no file of ours to make."""
    if not settings.database_url.startswith(_SQLITE):
        return True
    file = Path(settings.database_url.removeprefix(_SQLITE))
    return file.exists() or (file.parent != settings.home and not file.parent.exists())


def _fonts() -> Iterator[Finding]:
    folder = resources.files("serving") / "static" / "fonts"
    missing = [name for name in _FONTS if not (folder / name).is_file()]
    if missing:
        yield Finding(Health.BROKEN, Checkup.FONTS_MISSING, {"given": missing})
    else:
        yield Finding(Health.WELL, Checkup.FONTS)
