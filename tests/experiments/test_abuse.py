"""A service that is killed while it writes loses nothing that it acknowledged and does nothing twice."""

import pytest

from experiments.abuse.kill import kill
from experiments.abuse.memory import Memory
from experiments.abuse.run import main


@pytest.mark.slow
def test_what_a_killed_service_acknowledged_is_there_once():
    tally = kill(1, random_state=1)
    assert (tally.rounds, tally.faults) == (1, [])
    assert tally.acknowledged.total() > 0
    assert tally.doubted > 0


def test_memory_is_judged_from_the_second_quarter_on_when_what_is_kept_ready_is_filled():
    grown = Memory(1, 9, 0, (10, 50, 100, 100, 100, 100, 110, 110))
    assert grown.quarters == (30, 100, 100, 110)
    assert grown.growth == pytest.approx(0.1)


def test_a_role_that_there_is_not_is_refused_with_those_that_are(capsys):
    with pytest.raises(SystemExit):
        main(["schemathesis", "--role", "king"])
    assert "planner" in capsys.readouterr().err
