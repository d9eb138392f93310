"""All units in shards matched with all mandates: the lists of one table, whoever works and however units are cut."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from engine.domain.mandate import Mandate
from engine.domain.outcome import Outcome, OutcomeKind
from engine.domain.unit_wishes import Side, UnitWishes
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register
from serving.desk.event_lists import declined_by, event_lists
from serving.desk.mass_matching import LISTS, MANDATES, MassRequest, match_all
from serving.desk.question import Question
from serving.desk.scoring import split
from serving.desk.shortlist import stock
from serving.disclosure.masking import private_columns
from serving.i18n import speech
from serving.reports.mass_lists import write_lists
from tests.serving.api.parties import DAY, NOON, at_work, parties

AS_OF = pd.Timestamp(DAY)
TICKET = {"price_year": 1404, "ticket_billion_rial": [1, 50, 90_000], "accept_unknown": True}
WANTED = tuple(
    Mandate.read({"id": f"m{number}", **stated})
    for number, stated in enumerate(
        [
            {"risk_appetite": "high", "accept_unknown": True},
            {**TICKET, "risk_appetite": "low", "jobs_goal": 40},
            {**TICKET, "hurdle_rate": 0.3, "offer_fix_first": True, "limit": 4},
            {"sectors": {"like": ["10", "13"]}, "places": {"like": ["Khoy"]}, "risk_appetite": "medium"},
            {"risk_appetite": "high", "accept_unknown": True, "partner_kinds": ["operator"]},
            {"max_failure_probability": 0.01},
        ]
    )
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory, first_day) -> Settings:
    found = at_work(parties(tmp_path_factory.mktemp("many"), first_day), first_day).settings
    shown = stock(found, Question(as_of=AS_OF)).offer(WANTED[0]).shortlist.unit_id.tolist()
    with Register.open(found.database_url) as register:
        said = {"source": "a letter", "stated_on": DAY.date(), "actor": "office", "made_at": NOON}
        register.wishes.state(shown[1], Side.OWNER, UnitWishes.read({"partners": ["operator"]}).document, **said)
        days = {"happened_on": DAY.date(), "known_on": DAY.date()}
        register.events.add(Outcome(unit_id=shown[0], kind=OutcomeKind.DECLINED, mandate_id="m0", **days))
    return found


@pytest.fixture(scope="module")
def units(settings, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("units")
    split(settings, folder, as_of=AS_OF, rows=30)
    return folder


@pytest.fixture(scope="module")
def matched(settings, units, tmp_path_factory):
    return match_all(settings, MassRequest(units, WANTED, tmp_path_factory.mktemp("lists"), AS_OF))


def test_shards_together_give_the_lists_of_the_register(settings, matched):
    offered = stock(settings, Question(as_of=AS_OF))
    whole = event_lists(offered, WANTED, declined=declined_by(settings, WANTED))
    for one, count in zip(whole.shortlists, matched.mandates.to_dict("records"), strict=True):
        listed = matched.lists[matched.lists["mandate_id"] == one.mandate.id].reset_index(drop=True)
        table = one.table()
        assert count["feasible"] == one.feasible
        assert count["units"] == one.units
        pd.testing.assert_frame_equal(listed[table.columns], table, check_exact=False, rtol=1e-6)
    assert matched.mandates["shown"].tolist()[2] == 4
    assert matched.mandates["shown"].tolist()[-1] == 0


def test_what_an_investor_declined_is_on_its_list_no_more(settings, matched):
    gone = declined_by(settings, WANTED)["m0"]
    assert not set(gone) & set(matched.lists.query("mandate_id == 'm0'")["unit_id"])


def test_lists_do_not_depend_on_how_the_units_are_cut_nor_on_an_empty_shard(settings, matched, tmp_path):
    files = split(settings, tmp_path / "in", as_of=AS_OF, rows=40)
    pd.read_parquet(files[0]).head(0).to_parquet(tmp_path / "in" / "z.parquet")
    again = match_all(settings, MassRequest(tmp_path / "in", WANTED, tmp_path / "out", AS_OF))
    pd.testing.assert_frame_equal(again.lists, matched.lists, check_exact=False, rtol=1e-6)


def test_a_second_run_finds_all_made_and_writes_the_same_bytes(settings, units, matched):
    out = matched.files[0].parent
    before = [file.read_bytes() for file in matched.files]
    again = match_all(settings, MassRequest(units, WANTED, out, AS_OF))
    assert again.kept == 2 * matched.shards
    assert [file.read_bytes() for file in again.files] == before


def test_other_mandates_take_the_judged_units_as_they_are(settings, units, matched):
    again = match_all(settings, MassRequest(units, WANTED[:1], matched.files[0].parent, AS_OF))
    assert again.kept == matched.shards
    pd.testing.assert_frame_equal(again.lists, matched.lists.query("mandate_id == 'm0'"))


def test_no_private_field_is_in_any_file(matched):
    out = matched.files[0].parent
    for file in [*out.rglob("*.parquet")]:
        table = pd.read_parquet(file)
        held = [name for name in private_columns() if name in table.columns and table[name].notna().any()]
        assert not held, (file, held)
        assert not table.astype("str").apply(lambda column: column.str.contains("secret", case=False)).any().any()


def test_a_unit_that_is_off_the_list_is_matched_with_nobody(settings, units, tmp_path):
    first = sorted(units.glob("*.parquet"))[0]
    (tmp_path / "in").mkdir()
    pd.read_parquet(first).assign(withdrawn=True).to_parquet(tmp_path / "in" / "a.parquet")
    found = match_all(settings, MassRequest(tmp_path / "in", WANTED, tmp_path / "out", AS_OF))
    assert found.lists.empty
    assert "fit" in pd.read_parquet(tmp_path / "out" / LISTS).columns
    assert pd.read_parquet(tmp_path / "out" / MANDATES)["feasible"].tolist() == [0] * len(WANTED)


def test_a_unit_in_two_shards_is_named_with_both(settings, units, tmp_path):
    files = sorted(units.glob("*.parquet"))
    (tmp_path / "in").mkdir()
    both = pd.read_parquet(files[0])
    both.to_parquet(tmp_path / "in" / "a.parquet")
    both.iloc[3:5].to_parquet(tmp_path / "in" / "b.parquet")
    with pytest.raises(EhyaError) as refused:
        match_all(settings, MassRequest(tmp_path / "in", WANTED, tmp_path / "out", AS_OF))
    assert refused.value.code is ErrorCode.UNIT_IN_TWO_SHARDS
    assert refused.value.facts["given"] in set(both["unit_id"].iloc[3:5])
    assert {refused.value.facts["file"], refused.value.facts["other"]} == {"a.parquet", "b.parquet"}


@pytest.mark.filterwarnings("ignore")  # of a library
def test_a_cluster_of_processes_writes_the_bytes_of_one(settings, units, matched, workers, tmp_path):
    alone = tmp_path / "alone"
    match_all(settings, MassRequest(units, WANTED, alone, AS_OF))
    found = match_all(settings, MassRequest(units, WANTED, tmp_path / "out", AS_OF, cluster=workers))
    names = sorted(file.relative_to(tmp_path / "out") for file in (tmp_path / "out").rglob("*.parquet"))
    assert len(names) == 2 * matched.shards + 2
    assert [name for name in names if (alone / name).read_bytes() != (tmp_path / "out" / name).read_bytes()] == []
    assert found.kept == 0


def test_a_workbook_of_lists_has_the_same_bytes_when_the_job_is_run_again(settings, units, matched, tmp_path):
    first = write_lists(tmp_path, matched, WANTED, speech("fa")).read_bytes()
    again = match_all(settings, MassRequest(units, WANTED, matched.files[0].parent, AS_OF))
    assert write_lists(tmp_path, again, WANTED, speech("fa")).read_bytes() == first
