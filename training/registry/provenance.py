"""From what a model was made: hashes of its data, and the version of the code."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

PACKAGE = "ehya"


def data_digest(*tables: pd.DataFrame) -> str:
    """SHA-256 of the contents of tables; the order of rows and columns makes no difference.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    >>> data_digest(table) == data_digest(table.loc[[1, 0], ["b", "a"]])
    True
    >>> data_digest(table) == data_digest(table.assign(a=[1, 3]))
    False
    """
    digest = hashlib.sha256()
    for table in tables:
        ordered = table.sort_index(axis=1)
        rows = sorted(pd.util.hash_pandas_object(ordered, index=True).tolist())
        digest.update(repr((list(ordered.columns), rows)).encode())
    return digest.hexdigest()


def code_version(folder: Path | None = None) -> str:
    """Commit of the working tree that the code runs from, marked when it was edited since; else the package version.

    Parameters
    ----------
    folder
        Where to look for the working tree; by default that of this file.
    """
    folder = Path(__file__).parents[1] if folder is None else folder
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    # A package installed below somebody else's working tree must not borrow its commit.
    if commit and _git(folder, "ls-files", "--error-unmatch", "."):
        return f"{commit}{'+edited' if _git(folder, 'status', '--porcelain', '--untracked-files=no') else ''}"
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "unknown"


def _git(folder: Path, *words: str) -> str:
    program = shutil.which("git")
    if program is None:
        return ""
    done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else ""
