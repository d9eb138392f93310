"""What may not stand in the repository."""

from __future__ import annotations

import re
import subprocess

import house
import pytest

# written in pieces, so that this file does not name them either
HOSTS = re.compile(
    "py" + r"pi\.org|" + "python" + "hosted|" + "registry" + r"\.npmjs|" + "deb" + r"\.debian", re.IGNORECASE
)
MACHINE = re.compile("/(?:work|root)" + r"/|/home/\w+/")


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=house.ROOT, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return listed.stdout.split("\n")[:-1]


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    for name in _tracked():
        path = house.ROOT / name
        if not path.is_file() or path.suffix in {".woff2", ".ttf", ".xlsx", ".png", ".parquet", ".skops"}:
            continue
        text = path.read_text("utf-8", errors="ignore")
        assert not HOSTS.search(text), f"{name} names a package registry"
        assert not MACHINE.search(text), f"{name} holds a path of one machine"


def test_lock_files_with_registry_addresses_are_not_kept():
    assert not {"uv.lock", "pylock.toml"} & set(_tracked())


def test_data_under_other_licences_is_not_kept():
    """Outlines of counties may stand in the one folder that holds their notice."""
    drawn = [name for name in _tracked() if name.endswith(".geojson")]
    assert not [name for name in drawn if not (house.ROOT / name).with_name("ODbL.txt").is_file()]
    assert not [name for name in _tracked() if "sba_7a" in name or "crunchbase" in name]
