"""Look whether everything that Ehya needs is there, and say how to mend what is not."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.settings import VARIABLES, Settings
from engine.store.dialect import file_of
from serving.desk.workspace import champion, own_prices

if TYPE_CHECKING:
    from engine.store import Register

_LEAST_FREE_BYTES = 500_000_000  # assumed: a training run with its MLflow files, with room to spare
_FONTS = ("Vazirmatn-Regular.ttf", "Vazirmatn-Bold.ttf", "Vazirmatn.woff2")


class PartState(Code):
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
    WORKSPACE_IS_A_FILE = "workspace_is_a_file"
    VARIABLE_UNKNOWN = "variable_unknown"
    DISK_FULL = "disk_full"
    REGISTER = "register"
    REGISTER_NOT_YET = "register_not_yet"
    REGISTER_BROKEN = "register_broken"
    REGISTER_FILE_BROKEN = "register_file_broken"
    DATABASE_SILENT = "database_silent"
    MODEL = "model"
    MODEL_NOT_YET = "model_not_yet"
    MODEL_WAITS = "model_waits"
    MODEL_BROKEN = "model_broken"
    MODEL_UNSEEN = "model_unseen"
    REFERENCE = "reference"
    REFERENCE_BROKEN = "reference_broken"
    OWN_TABLE_BROKEN = "own_table_broken"
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

    health: PartState
    checkup: Checkup
    facts: dict[str, Any] = field(default_factory=dict)


def examine(settings: Settings) -> list[Finding]:
    """Look at versions, facts, workspace, register, model and fonts.

    Makes nothing, but brings an older register up to date.

    Parameters
    ----------
    settings
        Where things are kept.
    """
    return [
        *_python(),
        *_packages(),
        *_reference(),
        *_own_tables(settings),
        *_variables(settings),
        *_workspace(settings),
        *_register(settings),
        *_fonts(),
    ]


def broken(findings: list[Finding]) -> bool:
    """Whether anything must be mended before Ehya can work.

    Examples
    --------
    >>> broken([Finding(PartState.WELL, Checkup.PYTHON), Finding(PartState.NOT_YET, Checkup.MODEL_NOT_YET)])
    False
    """
    return any(finding.health is PartState.BROKEN for finding in findings)


def _python() -> Iterator[Finding]:
    from packaging.specifiers import SpecifierSet

    given = ".".join(map(str, sys.version_info[:3]))
    allowed = metadata.metadata("ehya")["Requires-Python"]
    if SpecifierSet(allowed).contains(given):
        yield Finding(PartState.WELL, Checkup.PYTHON, {"given": given})
    else:
        yield Finding(PartState.BROKEN, Checkup.PYTHON_VERSION, {"given": given, "allowed": allowed})


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in metadata.requires("ehya") or []]
    wanted = [requirement for requirement in wanted if not requirement.marker or requirement.marker.evaluate()]
    bad = []
    for requirement in wanted:
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            bad.append(Finding(PartState.BROKEN, Checkup.PACKAGE_MISSING, {"name": requirement.name}))
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            facts = {"name": requirement.name, "given": version, "allowed": str(requirement.specifier)}
            bad.append(Finding(PartState.BROKEN, Checkup.PACKAGE_VERSION, facts))
    yield from bad
    if not bad:
        yield Finding(PartState.WELL, Checkup.PACKAGES, {"count": len(wanted), "version": metadata.version("ehya")})


def _reference() -> Iterator[Finding]:
    from engine.reference import table_names
    from engine.reference.checks import faulty

    found = faulty()
    if found:
        yield Finding(PartState.BROKEN, Checkup.REFERENCE_BROKEN, {"why": found})
    else:
        yield Finding(PartState.WELL, Checkup.REFERENCE, {"count": len(table_names())})


def _own_tables(settings: Settings) -> Iterator[Finding]:
    """Tables of the workspace's own that cannot be read: trainings and appraisals refuse them."""
    from engine.reference.effects import effects

    tables: tuple[tuple[Path, Callable[[], object]], ...] = (
        (settings.effects, lambda: effects(settings.effects)),
        (settings.price_index, lambda: own_prices(settings)),
    )
    for path, read in tables:
        try:
            read()
        except EhyaError as error:
            yield Finding(PartState.BROKEN, Checkup.OWN_TABLE_BROKEN, {"path": str(path), "why": error})


def _variables(settings: Settings) -> Iterator[Finding]:
    """A variable that nobody reads is a wish that nobody follows."""
    for name in settings.strange:
        nearest = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.0)[0]
        facts = {"given": name, "nearest": nearest, "allowed": list(VARIABLES)}
        yield Finding(PartState.BROKEN, Checkup.VARIABLE_UNKNOWN, facts)


def _workspace(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    place = {"path": str(home)}
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    if not existing.is_dir():
        yield Finding(PartState.BROKEN, Checkup.WORKSPACE_IS_A_FILE, {"path": str(existing)})
        return
    if not _writable(existing):
        yield Finding(PartState.BROKEN, Checkup.WORKSPACE_NOT_WRITABLE, place)
        return
    free = shutil.disk_usage(existing).free
    if free < _LEAST_FREE_BYTES:
        yield Finding(
            PartState.BROKEN, Checkup.DISK_FULL, place | {"given": free // 10**6, "least": _LEAST_FREE_BYTES // 10**6}
        )
    yield (
        Finding(PartState.WELL, Checkup.WORKSPACE, place)
        if home.exists()
        else Finding(PartState.NOT_YET, Checkup.WORKSPACE_NOT_YET, place)
    )


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _register(settings: Settings) -> Iterator[Finding]:
    from engine.store import Register

    if not _begun(settings):
        yield Finding(PartState.NOT_YET, Checkup.REGISTER_NOT_YET)
        yield Finding(PartState.NOT_YET, Checkup.MODEL_NOT_YET)
        return
    try:
        with Register.open(settings.database_url) as register:
            counts, problems = register.counts(), register.check()
            model = list(_model(register, settings))
    except EhyaError as error:
        yield _unopened(error, settings)
        yield Finding(PartState.NOT_YET, Checkup.MODEL_UNSEEN)
        return
    yield from (Finding(PartState.BROKEN, Checkup.REGISTER_BROKEN, {"why": problem}) for problem in problems)
    if not problems and counts["units"]:
        yield Finding(PartState.WELL, Checkup.REGISTER, {"count": counts["units"], "events": counts["events"]})
    elif not problems:
        yield Finding(PartState.NOT_YET, Checkup.REGISTER_NOT_YET)
    yield from model


def _unopened(error: EhyaError, settings: Settings) -> Finding:
    """Why the register did not open, and what to do about it."""
    if error.code is not ErrorCode.DATABASE_FAILED:
        return Finding(PartState.BROKEN, Checkup.REGISTER_BROKEN, {"why": error})
    file = file_of(settings.database_url)
    if file is not None:
        facts = {"path": str(file), "why": error.facts["given"], "backups": str(settings.home / "backups")}
        return Finding(PartState.BROKEN, Checkup.REGISTER_FILE_BROKEN, facts)
    return Finding(PartState.BROKEN, Checkup.DATABASE_SILENT, {"why": error.facts["given"]})


def _model(register: Register, settings: Settings) -> Iterator[Finding]:
    try:
        model = champion(register, settings)
    except EhyaError as error:
        if error.code is ErrorCode.NO_MODEL:
            yield Finding(PartState.NOT_YET, Checkup.MODEL_NOT_YET)
        elif error.code is ErrorCode.MODEL_WAITS:
            yield Finding(PartState.NOT_YET, Checkup.MODEL_WAITS, {"given": error.facts["given"]})
        else:
            yield Finding(PartState.BROKEN, Checkup.MODEL_BROKEN, {"why": error})
    else:
        yield Finding(PartState.WELL, Checkup.MODEL, {"version": model.version, "date": model.data_until})


def _begun(settings: Settings) -> bool:
    """Whether the register may be opened without making one: its file is there, or it is no file of ours to make."""
    file = file_of(settings.database_url)
    return file is None or file.exists() or (file.parent != settings.home and not file.parent.exists())


def _fonts() -> Iterator[Finding]:
    folder = resources.files("serving") / "static" / "fonts"
    missing = [name for name in _FONTS if not (folder / name).is_file()]
    if missing:
        yield Finding(PartState.BROKEN, Checkup.FONTS_MISSING, {"given": missing})
    else:
        yield Finding(PartState.WELL, Checkup.FONTS)
