"""Every version of a package stays; two people at once lose nothing; one alone signs off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.store import Register

NOON = datetime(2026, 11, 29, 12)
KEPT = {"event": "INVA 1405", "as_of": "2026-11-29", "model_version": "m1", "made_at": NOON}


def keep(register, name="inva", **document):
    return register.packages.add(name=name, **KEPT, document={"units": [], **document}, inputs={"unit_id": ["U1"]})


def test_versions_of_a_name_count_up_and_all_stay(register):
    first, second, other = keep(register, a=1), keep(register, a=2), keep(register, name="autumn")
    assert [one.key for one in (first, second, other)] == ["inva@1", "inva@2", "autumn@1"]
    assert register.packages.get("inva").document["a"] == 2
    assert register.packages.get("inva", 1).document["a"] == 1
    assert first.digest != second.digest
    assert first.inputs == {"unit_id": ["U1"]}
    assert register.packages()["version"].tolist() == [1, 2, 1]


def test_a_package_that_nobody_made_is_refused_with_the_names_there_are(register):
    keep(register)
    for name, version in (("nova", None), ("inva", 7)):
        with pytest.raises(EhyaError) as caught:
            register.packages.get(name, version)
        assert (caught.value.code, caught.value.facts["allowed"]) == (ErrorCode.PACKAGE_UNKNOWN, ["inva"])


def test_a_version_is_signed_off_once_and_the_second_learns_by_whom(register):
    keep(register)
    sign = {"signed_on": "2026-11-30", "note": None, "made_at": NOON}
    register.packages.freeze("inva", 1, role="deputy", **sign)
    assert register.packages.get("inva").frozen
    with pytest.raises(EhyaError) as caught:
        register.packages.freeze("inva", 1, role="governor", **sign)
    assert caught.value.code is ErrorCode.PACKAGE_FROZEN
    assert (caught.value.facts["role"], caught.value.facts["date"]) == ("deputy", date(2026, 11, 30))
    assert keep(register).key == "inva@2"
    assert not register.packages.get("inva").frozen


def test_a_package_is_signed_with_all_that_it_shows_or_not_at_all(register):
    keep(register)
    sign = {"role": "deputy", "signed_on": "2026-11-30", "note": None, "made_at": NOON}
    strange = pd.DataFrame({"unit_id": ["UNKNOWN"], "position": [1], "propensity": [0.5]})
    with pytest.raises(EhyaError) as caught:
        register.packages.freeze("inva", 1, **sign, shown=strange)
    assert caught.value.code is ErrorCode.UNKNOWN_UNIT
    assert not register.packages.get("inva").frozen
    assert register.showings().empty


def test_people_who_solve_and_sign_at_once_lose_nothing(tmp_path):
    url = f"sqlite:///{tmp_path / 'ehya.db'}"

    def solve_and_sign(number):
        with Register.open(url) as register:
            own = keep(register, number=number)
            refused = False
            try:
                register.packages.freeze("inva", 1, role=f"r{number}", signed_on="2026-11-30", note=None, made_at=NOON)
            except EhyaError as error:
                refused = error.code is ErrorCode.PACKAGE_FROZEN
            return own, refused

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(solve_and_sign, range(4)))
    assert sorted(own.version for own, _ in said) == [1, 2, 3, 4]
    assert [own.document["number"] for own, _ in said] == [0, 1, 2, 3]
    assert sum(refused for _, refused in said) == 3
