"""The address of a database may hold a password: it is read, never echoed."""

from __future__ import annotations

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.store import Register


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://planner:S3@CRET@nowhere/ehya",
        "postgresql://planner:ab:S3CRET",
        "postgresql://u:S3CRET@h:port/x",
        "S3CRET",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(url):
    with pytest.raises(EhyaError) as refused:
        Register.open(url)
    assert refused.value.code is ErrorCode.DATABASE_ADDRESS_UNREADABLE
    assert "CRET" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_folder_of_a_new_register_is_its_owners_alone(tmp_path):
    with Register.open(f"sqlite:///{tmp_path / 'workspace' / 'ehya.db'}"):
        assert (tmp_path / "workspace").stat().st_mode & 0o077 == 0
