"""How units stand on a day: their record, and what the log of outcomes says has come of them since."""

from __future__ import annotations

import pandas as pd

from engine.domain.outcome import OutcomeKind
from engine.domain.unit import Status

HALF_CAPACITY = 0.5
"""A unit observed at this share of its nominal capacity or more is at work again."""

DURABLE_MONTHS = 12
"""Age of a restart at which its capacity is judged."""

ENDS = (OutcomeKind.LIQUIDATED.value, OutcomeKind.LICENCE_CANCELLED.value)
"""Events after which a unit is gone for good."""

LOOKS = (
    OutcomeKind.APPROACHED.value,
    OutcomeKind.VISITED.value,
    OutcomeKind.DECLINED.value,
    OutcomeKind.AGREED.value,
    OutcomeKind.INVESTED.value,
    OutcomeKind.OBSERVED.value,
)
"""Events by which somebody looked at a unit or tried to bring it back."""

FIRST_LOOK = "first_look_on"
"""Column that :func:`standing` adds: day of the first look at each unit, missing where the log knows of none."""

_AFTER = {
    OutcomeKind.RESTARTED.value: Status.OPERATING.value,
    OutcomeKind.STOPPED_AGAIN.value: Status.IDLE.value,
    **dict.fromkeys(ENDS, Status.LIQUIDATED.value),
}


def standing(units: pd.DataFrame, events: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Fold into each unit what is known to have happened to it since its record.

    Parameters
    ----------
    units
        Unit table, shape (n, columns), as known on the day ``as_of``.
    events
        Columns ``unit_id, kind, happened_on, known_on, capacity_share`` and perhaps ``jobs``. Only those known by
        ``as_of`` count, and only those that happened after the day that the unit's record describes.
    as_of
        The day.

    Returns
    -------
    pandas.DataFrame
        Unit table, same index: the last restart, end or stop decides ``status``; a stop gives ``stopped_on``, restarts
        add to ``prior_revivals``, the last observation of a half-active unit gives ``jobs_now`` and ``capacity_share``.
        The column ``FIRST_LOOK`` is added.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "status": ["idle"], "as_of": ["2024-01-01"]}))
    >>> back = {"unit_id": ["a"], "kind": ["restarted"], "capacity_share": [None], "jobs": [None]}
    >>> days = {"happened_on": pd.to_datetime(["2024-06-01"]), "known_on": pd.to_datetime(["2024-07-01"])}
    >>> events = pd.DataFrame(back | days)
    >>> [standing(units, events, as_of=pd.Timestamp(day)).loc["a", "status"] for day in ("2024-06-15", "2024-07-15")]
    ['idle', 'operating']
    """
    known = events[(events["known_on"] <= as_of) & events["unit_id"].isin(units.index)]
    looks = known[known["kind"].isin(LOOKS)].groupby("unit_id")["happened_on"].min().reindex(units.index)
    units = units.assign(**{FIRST_LOOK: looks.astype("datetime64[s]")})
    record = units["as_of"].reindex(known["unit_id"]).to_numpy()
    known = known[~(known["happened_on"].to_numpy() <= record)].sort_values("happened_on", kind="stable")
    if known.empty:
        return units
    seen = known["kind"] == OutcomeKind.OBSERVED.value
    raised = seen & (known["capacity_share"] >= HALF_CAPACITY)
    after = known["kind"].map(_AFTER).mask(raised, Status.OPERATING.value)
    last = known.assign(status=after)[after.notna()].groupby("unit_id").tail(1).set_index("unit_id")
    status = last["status"].reindex(units.index).fillna(units["status"]).astype(units["status"].dtype)
    again = last.loc[last["kind"] == OutcomeKind.STOPPED_AGAIN.value, "happened_on"]
    back = known[known["kind"] == OutcomeKind.RESTARTED.value].groupby("unit_id").size().reindex(units.index)
    counts = known[seen].reindex(columns=["unit_id", "capacity_share", "jobs"])
    counted = counts.groupby("unit_id").last().reindex(units.index)
    half_active = status == Status.SEMI_ACTIVE.value
    changed = {
        "status": status,
        "stopped_on": again.reindex(units.index).fillna(units["stopped_on"]),
        "prior_revivals": units["prior_revivals"].fillna(0).add(back).where(back > 0, units["prior_revivals"]),
        "jobs_now": counted["jobs"].where(half_active & counted["jobs"].notna(), units["jobs_now"]),
        "capacity_share": counted["capacity_share"].where(
            half_active & counted["capacity_share"].notna(), units["capacity_share"]
        ),
    }
    return units.assign(**{name: column.astype(units[name].dtype) for name, column in changed.items()})


def withdrawn(units: pd.DataFrame, events: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.Series:
    """Units that were withdrawn from the list and not offered again since.

    A record does not say so, however new it is: unlike a restart, a withdrawal outlasts later imports.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    events
        Columns ``unit_id, kind, happened_on, known_on``; only those known by ``as_of`` count.
    as_of
        The day.

    Returns
    -------
    pandas.Series
        Flags, shape (n,), index of ``units``.

    Examples
    --------
    >>> units = pd.DataFrame(index=pd.Index(["a", "b"], name="unit_id"))
    >>> days = pd.to_datetime(["2024-06-01", "2024-06-01", "2024-09-01"])
    >>> kinds = ["withdrawn", "withdrawn", "offered"]
    >>> log = pd.DataFrame({"unit_id": ["a", "b", "b"], "kind": kinds, "happened_on": days, "known_on": days})
    >>> withdrawn(units, log, as_of=pd.Timestamp("2025-01-01")).tolist()
    [True, False]
    """
    decisive = events["kind"].isin([OutcomeKind.WITHDRAWN.value, OutcomeKind.OFFERED.value])
    heard = events[(events["known_on"] <= as_of) & decisive].sort_values("happened_on", kind="stable")
    last = heard.drop_duplicates("unit_id", keep="last").set_index("unit_id")["kind"]
    gone: pd.Series = last.reindex(units.index).eq(OutcomeKind.WITHDRAWN.value).fillna(False).astype(bool)
    return gone
