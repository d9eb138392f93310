"""What a caller asks is done once, and what takes long before others have to wait for it."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register
from serving.desk.mandates import KEPT_A_DAY, save_mandate
from serving.desk.once import once

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
BY = {"made_at": NOON, "actor": "key:1"}


@pytest.fixture
def settings(tmp_path):
    return Settings.from_environment({"EHYA_HOME": str(tmp_path)})


def test_others_write_while_a_request_is_prepared(settings):
    def prepare(register):
        with Register.open(settings.database_url, busy_seconds=0.05) as other:
            return other.mandates.save("rival", "food", {"id": "food"}, over=None, **BY).number

    asked = {"actor": "key:1", "given": "a", "digest": "d", "now": NOON, "prepare": prepare}
    assert once(settings, lambda register, number: {"number": number}, **asked) == ({"number": 1}, False)
    assert once(settings, lambda register, number: {"number": 7}, **asked) == ({"number": 1}, True)


def test_an_owner_adds_only_so_much_within_a_day(settings):
    with Register.open(settings.database_url) as register:
        with register.together():
            for number in range(KEPT_A_DAY):
                register.mandates.save("fund", f"m{number}", {"id": f"m{number}"}, over=None, **BY)
        with pytest.raises(EhyaError) as caught:
            save_mandate(register, "fund", {"id": "one more"}, **BY)
        assert caught.value.code is ErrorCode.KEPT_ENOUGH
        save_mandate(register, "rival", {"id": "one more"}, **BY)
        later = BY | {"made_at": NOON + timedelta(days=1, seconds=1)}
        save_mandate(register, "fund", {"id": "one more"}, **later)
