"""Tell the country what a province's outcomes say, pool what provinces tell, and begin from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from engine.domain.places import place
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.desk.workspace import alone, open_register

if TYPE_CHECKING:
    from engine.store import Register
    from training.priors.pool_files import CountryPool, ProvinceSummary


@dataclass(frozen=True, slots=True)
class PoolUsed:
    """What a workspace took over from the country.

    Parameters
    ----------
    province
        Whose workspace it is.
    others
        Provinces that its beliefs now rest on.
    told
        Whether this province is among the summaries; what it takes over never rests on itself.
    effects
        How many effects were taken over.
    kept
        ``output.feature`` of rows that a person has written here: they stay.
    """

    province: str
    others: tuple[str, ...]
    told: bool
    effects: int
    kept: tuple[str, ...]


def write_pool_summary(
    settings: Settings, out: Path, *, as_of: pd.Timestamp, province: str | None = None, origin: str = "register"
) -> ProvinceSummary:
    """Write what this register's outcomes tell the country: effects with errors and rounded counts, never a row.

    Parameters
    ----------
    settings
        The workspace; it remembers which units a summary spoke of.
    out
        File to write.
    as_of
        The last day whose facts may be seen.
    province
        Whose outcomes, by any of its names; that of the register where it holds one alone.
    origin
        ``register`` or ``synthetic``.

    Raises
    ------
    EhyaError
        ``pool_too_few``, ``pool_too_alike``, ``pool_province_unclear``, ``place_unknown``, ``file_not_written``.
    """
    from training.pipeline.province_summary import province_summary, remember
    from training.priors.pool_files import write_pool

    with open_register(settings) as register, register.together():
        name = _province(register, province)
        made = province_summary(register, province=name, as_of=as_of, origin=origin, told=settings.pool_memory)
        remember(made, settings.pool_memory)
        write_pool(out, made.summary)
    return made.summary


def combine_pool(files: Sequence[Path], out: Path) -> CountryPool:
    """Pool summaries of provinces into what the country, and each province, should believe.

    Parameters
    ----------
    files
        What `write_pool_summary` wrote, one a province.
    out
        File to write.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``pool_file_refused``, ``pool_twice``, ``pool_of_another_table``,
        ``pool_of_another_origin``, ``pool_nothing_told``, ``file_not_written``.
    """
    from training.priors.country_pool import country_pool
    from training.priors.pool_files import ProvinceSummary, write_pool

    found = country_pool([ProvinceSummary.load(file) for file in files])
    write_pool(out, found)
    return found


def use_pool(settings: Settings, file: Path, *, province: str | None = None) -> PoolUsed:
    """Take over what other provinces' outcomes say, as this workspace's own effects: the next training reads them.

    Parameters
    ----------
    settings
        The workspace.
    file
        What `combine_pool` wrote.
    province
        Whose workspace this is; as in `write_pool_summary`.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``pool_file_refused``, ``pool_of_another_table``, ``pool_province_unclear``.
    """
    from engine.reference.own_effects import put_rows
    from training.priors.country_pool import OWN_FILE, own_effects
    from training.priors.pool_files import CountryPool, table_digest

    pool = CountryPool.load(file)
    if pool.table != table_digest():
        raise EhyaError(ErrorCode.POOL_OF_ANOTHER_TABLE, given=file.name)
    with open_register(settings) as register, register.together():
        name = _province(register, province)
        rows = own_effects(pool, name)
        kept = put_rows(settings.effects, rows, OWN_FILE)
    others = tuple(each.province for each in pool.summaries if each.province != name)
    return PoolUsed(name, others, name in pool.priors, len(rows) - len(kept), tuple(kept))


def leave_pool(settings: Settings) -> int:
    """Take back what `use_pool` took over, and say how many effects that were; a person's own rows stay."""
    from engine.reference.own_effects import drop_rows
    from training.priors.country_pool import OWN_FILE

    with alone(settings):
        return drop_rows(settings.effects, OWN_FILE)


def _province(register: Register, stated: str | None) -> str:
    if stated:
        return place(stated, "province").province
    found = sorted(register.units()["province"].dropna().unique())
    if len(found) != 1:
        raise EhyaError(ErrorCode.POOL_PROVINCE_UNCLEAR, allowed=found)
    return str(found[0])
