"""The distinct values of a column as leaves of a tree: sectors under sections, counties under provinces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Line = tuple[str, ...]
_ABSENT = -1

SECTOR_LIKENESS = 0.6
"""What a common sector counts in the likeness of two units, beside a common place (assumed)."""


@dataclass(frozen=True, eq=False, slots=True)
class Tree:
    """Where each value of a coded column hangs.

    Parameters
    ----------
    lines
        Shape (depth, values): node on each level, from the root; -1 below the value's own level. A value that is not
        known has no node at all.
    deepest
        Shape (values,): the value's own node, -1 where it is not known.
    parent
        Shape (nodes + 1,): the node above each node, -1 at a root and for "no node".
    nodes
        Name of a node -> its number.
    line_of
        Name of a node -> names from the root down to it.
    """

    lines: NDArray[np.intp]
    deepest: NDArray[np.intp]
    parent: NDArray[np.intp]
    nodes: dict[str, int]
    line_of: Callable[[str], Line]

    @classmethod
    def of(cls, lines: Sequence[Line], depth: int, line_of: Callable[[str], Line]) -> Tree:
        """Number the nodes of the given lines, in the order of the column's values."""
        nodes: dict[str, int] = {}
        table = np.full((depth, len(lines)), _ABSENT, dtype=np.intp)
        deepest = np.full(len(lines), _ABSENT, dtype=np.intp)
        for position, line in enumerate(lines):
            for level, name in enumerate(line[:depth]):
                deepest[position] = table[level, position] = nodes.setdefault(name, len(nodes))
        parent = np.full(len(nodes) + 1, _ABSENT, dtype=np.intp)
        for level in range(1, depth):
            parent[table[level]] = table[level - 1]
        parent[_ABSENT] = _ABSENT
        return cls(lines=table, deepest=deepest, parent=parent, nodes=nodes, line_of=line_of)

    def branch(self, names: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which values lie in the branch of any of the names, and which are known too coarsely to say so.

        Returns
        -------
        within, coarse
            Shape (values,) each. A value is coarse when one of the names hangs below it, or when it is
            not known at all.
        """
        numbers = [self.nodes[name] for name in names if name in self.nodes]
        inside = np.zeros(len(self.nodes) + 1, dtype=bool)  # the last one stands for "no node"
        inside[numbers] = True
        above = inside.copy()
        level = np.array(numbers, dtype=np.intp)
        for _ in range(len(self.lines) - 1):
            level = self.parent[level]
            above[level] = True
        for name in names if len(numbers) < len(names) else ():
            above[[self.nodes[step] for step in self.line_of(name) if step in self.nodes]] = True
        above[_ABSENT] = True
        inside[_ABSENT] = False
        within = np.asarray(inside[self.lines].any(axis=0))
        return within, above[self.deepest]

    def nearness(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Share of a name's levels that each value shares with it, for the nearest of the names; shape (values,)."""
        reached = np.zeros(len(self.nodes) + 1)
        for name in names:
            line = self.line_of(name)
            for level, step in enumerate(line, start=1):
                node = self.nodes.get(step)
                if node is not None:
                    reached[node] = max(reached[node], level / len(line))
        return np.asarray(reached[self.lines].max(axis=0))
