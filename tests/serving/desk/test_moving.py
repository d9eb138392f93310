"""A meeting moved by hand goes where everybody can, and nowhere else; what is locked stays where it is."""

import pytest

from engine.domain.mandate import Mandate
from engine.errors import EhyaError, ErrorCode
from engine.meetings.day import MeetingDay
from serving.desk.kept_meetings import kept_plan
from serving.desk.meetings import Gone, plan_again, plan_among
from serving.desk.meetings_document import meetings_document, plan_of
from serving.desk.moving import MoveProblem, locked_pairs, move_kept, moved_meeting
from serving.desk.workspace import open_register
from tests.serving.api.parties import BY, DAY_OF_MEETINGS, with_meetings

DAY = MeetingDay.read(DAY_OF_MEETINGS | {"meetings": {"investor": 3, "unit": 1}})


@pytest.fixture(scope="module")
def planned(shared):
    mandates = [Mandate(id=name, risk_appetite="high", accept_unknown=True) for name in ("fund", "rival")]
    return plan_among(shared.stock, DAY, mandates)


def first(planned):
    return planned.plan.meetings.iloc[0]


def free_slot(planned, row):
    busy = set(planned.plan.meetings.query("guest == @row.guest or host == @row.host")["slot"])
    return next(slot for slot in range(len(planned.day.slots)) if slot not in busy)


def test_it_goes_to_a_free_slot_and_table_and_nothing_else_moves(planned):
    row = first(planned)
    slot = free_slot(planned, row)
    after = moved_meeting(planned, row["guest"], row["host"], slot=slot, table=6)
    pairs = ["guest", "host"]
    was, now = (one.plan.meetings.set_index(pairs) for one in (planned, after))
    assert now.loc[(row["guest"], row["host"]), ["slot", "table"]].tolist() == [slot, 6]
    others = was.index.drop((row["guest"], row["host"]))
    assert (was.loc[others, ["slot", "table"]] == now.loc[others, ["slot", "table"]]).all(axis=None)
    assert (after.version, len(after.cancelled)) == (planned.version + 1, 0)
    again = plan_of(meetings_document(after), given="moved")  # it holds together as a plan that is kept
    assert again.plan.meetings[["guest", "host", "slot", "table"]].equals(
        after.plan.meetings[["guest", "host", "slot", "table"]]
    )


def test_where_somebody_cannot_it_stays_and_the_reason_is_said(planned):
    row = first(planned)
    met = planned.plan.meetings
    own = int(met[(met["guest"] == row["guest"]) & (met["slot"] != row["slot"])]["slot"].iloc[0])
    slot = free_slot(planned, row)
    busy = set(met.query("guest == @row.guest or host == @row.host")["slot"])
    other = met[~met["slot"].isin(busy)].iloc[0]
    cases = {
        MoveProblem.INVESTOR_BUSY: {"slot": own, "table": 6},
        MoveProblem.NO_SUCH_SLOT: {"slot": 99, "table": 1},
        MoveProblem.NO_SUCH_TABLE: {"slot": slot, "table": 7},
        MoveProblem.TABLE_TAKEN: {"slot": int(other["slot"]), "table": int(other["table"])},
    }
    for problem, where in cases.items():
        with pytest.raises(EhyaError) as refused:
            moved_meeting(planned, row["guest"], row["host"], **where)
        assert refused.value.facts["reason"] is problem
    with pytest.raises(EhyaError) as refused:
        moved_meeting(planned, "nobody", row["host"], slot=slot, table=1)
    assert refused.value.facts["reason"] is MoveProblem.NO_MEETING


def test_nobody_is_moved_to_where_they_do_not_come(planned):
    row = first(planned)
    last = len(planned.day.slots) - 1
    without = plan_again(planned, [Gone(row["guest"], last)])
    with pytest.raises(EhyaError) as refused:
        moved_meeting(without, row["guest"], row["host"], slot=last, table=6)
    assert refused.value.facts["reason"] in (MoveProblem.INVESTOR_BUSY, MoveProblem.NO_MEETING)


def test_locked_meetings_stay_when_the_others_are_looked_for_anew(planned):
    row = first(planned)
    slot = free_slot(planned, row)
    moved = moved_meeting(planned, row["guest"], row["host"], slot=slot, table=6)
    locked = locked_pairs(moved, [f"{row['guest']}|{row['host']}", "no|meeting"])
    again = plan_again(moved, [], locked=locked)
    here = again.plan.meetings.set_index(["guest", "host"]).loc[(row["guest"], row["host"])]
    assert (int(here["slot"]), int(here["table"])) == (slot, 6)
    assert len(again.plan.meetings) >= len(planned.plan.meetings)


def test_of_two_who_move_at_once_the_second_is_told(own_copy):
    found = with_meetings(own_copy)
    with open_register(found.settings) as register:
        kept = kept_plan(register, "INVA")
        row = first(kept.planned)
        where = {"slot": int(row["slot"]), "table": 6, "over": 1}
        assert move_kept(register, "INVA", (row["slot"], row["table"]), **where, **BY).version == 2
        with pytest.raises(EhyaError) as refused:
            move_kept(register, "INVA", (row["slot"], row["table"]), **where, **BY)
    assert refused.value.code is ErrorCode.MEETINGS_CHANGED
