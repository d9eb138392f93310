"""Who meets whom where places are few: a stable assignment of those who ask to those who are asked.

Deferred acceptance (Gale, Shapley, 1962, College admissions and the stability of marriage, American Mathematical
Monthly 69(1), 9-15): whoever has places left asks the best on the list who has not refused yet; who is asked keeps the
best within the places and refuses the rest. Nobody then finds a pair that both would rather have, and no stable
assignment is better for any of those who ask for one place each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Asker = TypeVar("Asker", bound=Hashable)
Receiver = TypeVar("Receiver", bound=Hashable)


def stable_meetings(
    wishes: Mapping[Asker, Sequence[Receiver]],
    answers: Mapping[Receiver, Sequence[Asker]],
    *,
    places: Mapping[Receiver, int] | int = 1,
    meetings: Mapping[Asker, int] | int = 1,
) -> dict[Asker, tuple[Receiver, ...]]:
    """Assign by deferred acceptance.

    Parameters
    ----------
    wishes
        Those whom each would meet, the best first; who is not on the list is not wanted.
    answers
        Those whom each would see, the best first; a meeting needs both lists.
    places
        How many each of the receivers can see; of one who is not named, one.
    meetings
        How many each of the askers wants; of one who is not named, one.

    Returns
    -------
    dict
        Asker -> receivers, in the order of the wishes; empty for who meets nobody. With one meeting each it is the
        stable assignment that is best for every asker; with several it is stable pair by pair.

    Raises
    ------
    ValueError
        For a number of places or meetings below nil, and for a name that stands twice on one list.

    Examples
    --------
    >>> stable_meetings({"Arthur": ["City"], "Sunny": ["City", "Mercy"], "Joseph": ["City", "General", "Mercy"]},
    ...                 {"City": ["Arthur", "Sunny", "Joseph"], "Mercy": ["Sunny", "Joseph"], "General": ["Joseph"]})
    {'Arthur': ('City',), 'Sunny': ('Mercy',), 'Joseph': ('General',)}
    """
    _check(wishes, meetings, "wishes")
    _check(answers, places, "answers")
    ranks = {receiver: {asker: rank for rank, asker in enumerate(liked)} for receiver, liked in answers.items()}
    kept: dict[Receiver, list[Asker]] = {receiver: [] for receiver in answers}
    next_wish = dict.fromkeys(wishes, 0)
    wanted = {asker: _of(meetings, asker) for asker in wishes}
    waiting = deque(wishes)
    while waiting:
        asker = waiting.popleft()
        while wanted[asker] > 0 and next_wish[asker] < len(wishes[asker]):
            receiver = wishes[asker][next_wish[asker]]
            next_wish[asker] += 1
            if asker not in ranks.get(receiver, {}):
                continue
            kept[receiver].append(asker)
            wanted[asker] -= 1
            if len(kept[receiver]) <= _of(places, receiver):
                continue
            refused = max(kept[receiver], key=ranks[receiver].__getitem__)
            kept[receiver].remove(refused)
            wanted[refused] += 1
            if refused != asker:
                waiting.append(refused)
    met: dict[Asker, set[Receiver]] = {asker: set() for asker in wishes}
    for receiver, askers in kept.items():
        for asker in askers:
            met[asker].add(receiver)
    return {asker: tuple(one for one in liked if one in met[asker]) for asker, liked in wishes.items()}


def _of(numbers: Mapping[Asker, int] | int, name: Asker) -> int:
    return numbers if isinstance(numbers, int) else numbers.get(name, 1)


def _check(lists: Mapping[Asker, Sequence[Receiver]], numbers: Mapping[Asker, int] | int, what: str) -> None:
    for name, liked in lists.items():
        if len(set(liked)) < len(liked):
            raise ValueError(f"{what} of {name!r} name somebody twice: {list(liked)!r}")
        if _of(numbers, name) < 0:
            raise ValueError(f"{name!r} has {_of(numbers, name)} places; at least 0")
