"""Settings, read once: nobody else reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import EhyaError, ErrorCode

LANGUAGES = ("fa", "en")
VARIABLES = ("EHYA_HOME", "EHYA_DATABASE_URL", "EHYA_LANG", "EHYA_DASK", "MLFLOW_TRACKING_URI")
"""Variables of the environment that are read."""

OF_TESTS = "EHYA_TEST_"
"""Begins the names of variables that only the tests read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are kept and how Ehya speaks.

    Parameters
    ----------
    home
        The workspace: one folder with databases, models and reports. Delete it and Ehya starts afresh.
    database_url
        SQLAlchemy address of the register; by default SQLite inside the workspace.
    language
        ``fa`` or ``en``: what commands print when ``--lang`` is not given.
    strange
        Variables that begin like ours and are none of them: most likely misspelt.
    tracking_uri
        Address of the team's MLflow, which gets a copy of every training; empty where the workspace keeps them alone.
    dask
        Address of the Dask scheduler whose workers score shards; empty where this machine does.
    stated
        Variables of the environment that said something; of the others the default stands.

    Examples
    --------
    >>> Settings.from_environment({"EHYA_HOME": "/tmp/w"}).database_url
    'sqlite:////tmp/w/ehya.db'
    """

    home: Path
    database_url: str
    language: str = "fa"
    strange: tuple[str, ...] = ()
    tracking_uri: str = ""
    dask: str = ""
    stated: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read ``VARIABLES``; ``MLFLOW_TRACKING_URI`` is MLflow's own.

        Raises
        ------
        EhyaError
            ``unknown_option`` when ``EHYA_LANG`` is neither ``fa`` nor ``en``.
        """
        environ = os.environ if environ is None else environ
        home = Path(environ.get("EHYA_HOME") or "workspace").expanduser().absolute()
        language = environ.get("EHYA_LANG") or "fa"
        if language not in LANGUAGES:
            raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="EHYA_LANG", given=language, allowed=list(LANGUAGES))
        url = environ.get("EHYA_DATABASE_URL") or f"sqlite:///{home / 'ehya.db'}"
        own = (name for name in environ if name.startswith("EHYA_") and not name.startswith(OF_TESTS))
        strange = tuple(sorted(name for name in own if name not in VARIABLES))
        stated = tuple(name for name in VARIABLES if (environ.get(name) or "").strip())
        tracking = (environ.get("MLFLOW_TRACKING_URI") or "").strip()
        dask = (environ.get("EHYA_DASK") or "").strip()
        said = {"language": language, "tracking_uri": tracking, "dask": dask}
        return cls(home=home, database_url=url, strange=strange, stated=stated, **said)

    @property
    def models(self) -> Path:
        """Folder of promoted models."""
        return self.home / "models"

    @property
    def mlflow_file(self) -> Path:
        """MLflow's own SQLite file; it never shares a database with the register."""
        return self.home / "mlflow.db"

    @property
    def mlflow_url(self) -> str:
        """Address of MLflow's own SQLite file."""
        return f"sqlite:///{self.mlflow_file}"

    @property
    def training_lock(self) -> Path:
        """File that one training at a time holds locked."""
        return self.home / "training.lock"

    @property
    def mlflow_artifacts(self) -> Path:
        """Folder of MLflow's files."""
        return self.home / "mlflow-artifacts"

    @property
    def search_journal(self) -> Path:
        """File that keeps the trials of searches, so that an interrupted one goes on where it was."""
        return self.home / "search.journal"

    @property
    def price_index(self) -> Path:
        """A price index of one's own: where this file is, it stands instead of the reference table of that name."""
        return self.home / "price_index.csv"

    @property
    def effects(self) -> Path:
        """File whose rows override those of the table ``effects``; it need not be there."""
        return self.home / "effects.csv"

    @property
    def panel(self) -> Path:
        """Folder of the questions that experts were asked, and of their answers; it need not be there."""
        return self.home / "panel"

    @property
    def pool_memory(self) -> Path:
        """File that remembers, by digests, which units summaries for the country spoke of; it need not be there."""
        return self.home / "pool" / "told.json"

    @property
    def made_by_hand(self) -> dict[str, Path]:
        """Files of the workspace that persons made and no register holds, by their place in it: what a backup adds.

        Examples
        --------
        >>> list(Settings.from_environment({"EHYA_HOME": "/tmp/w"}).made_by_hand)[:2]
        ['price_index.csv', 'effects.csv']
        """
        files = [self.price_index, self.effects, *sorted(self.panel.glob("*")), self.pool_memory]
        return {file.relative_to(self.home).as_posix(): file for file in files}

    @property
    def reports(self) -> Path:
        """Folder where reports go when no ``--out`` is given."""
        return self.home / "reports"


def set_environment(**variables: str) -> None:
    """Set variables that a library reads when it is imported, unless somebody has set them.

    Examples
    --------
    >>> set_environment(EHYA_EXAMPLE="1")
    >>> os.environ.pop("EHYA_EXAMPLE")
    '1'
    """
    for name, value in variables.items():
        os.environ.setdefault(name, value)
