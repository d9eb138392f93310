"""Time, chance and the environment are arguments; nothing happens at import; names say what a thing is."""

from __future__ import annotations

import re
import subprocess
import sys

import house
import pytest

CLOCKS = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time|Timestamp\.now|Timestamp\.today)$")
SEEDED = "default_rng|Generator|SeedSequence|PCG64|Philox|BitGenerator|RandomState"
CHANCE = re.compile(rf"\b(np|numpy)\.random\.(?!{SEEDED})\w+$")
ENVIRONMENT = re.compile(r"\bos\.(environ|getenv|environb)\b")
NOT_USED = re.compile(r"(^|_)(process|handle|handler|manage|manager|util|utils|helper|helpers|common|data|info)(_|$)")


def test_no_clock_is_read_inside_the_house():
    """``now()`` is an argument; only the doors (command line, HTTP, demo) may look at the clock."""
    for path in house.sources("engine", "features", "training"):
        for line, text in house.calls(path):
            assert not CLOCKS.search(text), f"{path}:{line} reads the clock: {text}"


def test_chance_always_comes_from_a_seeded_generator():
    for path in house.sources("engine", "features", "training", "serving"):
        for line, text in house.calls(path):
            assert not CHANCE.search(text), f"{path}:{line} uses global randomness: {text}"


def test_only_the_settings_read_the_environment():
    for path in house.sources("engine", "features", "training", "serving"):
        if house.module_name(path) == "engine.settings":
            continue
        for line, text in house.calls(path):
            assert not ENVIRONMENT.search(text), f"{path}:{line} touches the environment: {text}"


@pytest.mark.parametrize("path", list(house.sources()), ids=house.module_name)
def test_a_module_is_named_by_the_noun_it_holds(path):
    assert not NOT_USED.search(path.stem), f"{path}: {path.stem!r} says nothing about what is inside"


def test_importing_the_house_writes_no_file_opens_no_socket_and_starts_no_thread():
    names = [house.module_name(path) for path in house.sources("engine", "features", "training", "serving")]
    names = [name for name in names if ".migrations." not in name and not name.endswith("__main__")]
    script = f"""
import importlib, sys, threading
import numpy, pandas, sklearn, scipy, fastapi, sqlalchemy, alembic, typer, matplotlib, openpyxl, skops.io
before = threading.active_count()
def watch(event, arguments):
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        if not str(arguments[0]).endswith(".pyc") and "__pycache__" not in str(arguments[0]):
            raise SystemExit(f"a file is written at import: {{arguments[0]}}")
    if event in ("socket.connect", "socket.bind", "sqlite3.connect", "os.mkdir"):
        if "__pycache__" not in str(arguments):
            raise SystemExit(f"{{event}} at import: {{arguments}}")
sys.addaudithook(watch)
for name in {names!r}:
    importlib.import_module(name)
assert threading.active_count() == before, "a thread is started at import"
"""
    done = subprocess.run(
        [sys.executable, "-B", "-c", script], capture_output=True, text=True, cwd=house.ROOT, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
