"""Read the house from its own source: which module imports which, deferred imports included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("engine", "features", "training", "serving", "experiments")


def sources(*rooms: str) -> Iterator[Path]:
    """Python files of the rooms."""
    for room in rooms or ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def module_name(path: Path) -> str:
    """Dotted name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(path: Path, *, deferred: bool = True) -> frozenset[str]:
    """Dotted names a file imports; ``if TYPE_CHECKING`` counts too: a type is knowledge as well."""
    tree = _parsed(path)
    nodes = ast.walk(tree) if deferred else _top_level(tree)
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in names if _is_module(name)}
            found |= modules if modules == names else names | {node.module or ""}
    return frozenset(found)


@cache
def _is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def _top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue  # a type is knowledge, but nothing is loaded for it
        yield node
        if isinstance(node, (ast.If, ast.Try)):
            yield from node.body


@cache
def graph() -> dict[str, set[str]]:
    """Module -> modules of ours that it imports."""
    names = {module_name(path): path for path in sources()}
    return {name: {target for target in imports(path) if target in names} for name, path in names.items()}


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted text of everything that is called or read as an attribute in a file."""
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node)
