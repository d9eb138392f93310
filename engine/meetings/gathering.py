"""Who gathers at an event: what each side wishes, how often each may meet, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from engine.meetings.pairs import Counts, Floats
from engine.meetings.timetable import Free


@dataclass(frozen=True, eq=False, slots=True)
class Gathering:
    """Who would meet whom, how often, and when they can.

    Parameters
    ----------
    guests, hosts
        Names, shapes (n,) and (m,): investors, and units with those who speak for them.
    wish, welcome
        As of `engine.meetings.pairs.stable_pairs`, shape (n, m).
    most, most_there
        Meetings of each guest, and of each host, at most; shapes (n,) and (m,).
    free
        When everybody can.
    """

    guests: pd.Index
    hosts: pd.Index
    wish: Floats
    welcome: Floats
    most: Counts
    most_there: Counts
    free: Free


def without(gathering: Gathering, party: str, *, since: int = 0) -> Gathering:
    """The same event, from a slot on without a party that does not come or had to leave.

    Parameters
    ----------
    gathering
        The event.
    party
        Name of a guest or a host.
    since
        First slot without it.

    Raises
    ------
    KeyError
        Where nobody is called so.

    Examples
    --------
    >>> import numpy as np
    >>> free = Free.of(np.ones((1, 2)), np.ones((1, 2)), 2)
    >>> one = np.ones((1, 1))
    >>> day = Gathering(pd.Index(["x"]), pd.Index(["a"]), one, one, np.array([1]), np.array([1]), free)
    >>> without(day, "a", since=1).free.hosts.tolist()
    [[True, False]]
    """
    guests, hosts = gathering.free.guests.copy(), gathering.free.hosts.copy()
    side, names = (guests, gathering.guests) if party in gathering.guests else (hosts, gathering.hosts)
    side[names.get_loc(party), since:] = False
    return replace(gathering, free=replace(gathering.free, guests=guests, hosts=hosts))
