"""What changes the history that a training reads, and what does not."""

from datetime import datetime

from engine.store import Register, schema
from training.cohort.past_units import _OF_NO_MODEL, log_state

OF_MODELS = frozenset({
    "units", "imports", "rejections", "undone_imports", "sightings", "repeats", "unit_values", "predictions", "events",
    "event_revisions", "showings", "duplicates", "merges", "unmerges", "distinctions", "confirmations", "pins",
    "withdrawals", "source_ranks", "packages", "package_freezes", "mandates", "mandate_withdrawals", "lists",
    "reactions",
})  # fmt: skip
"""Tables that a training reads, or may come to read; every table of the register is here or among the others."""

BY = {"made_at": datetime(2026, 11, 30), "actor": "terminal"}


def test_every_table_is_one_that_models_read_or_one_that_they_do_not():
    assert set(schema.metadata.tables) == OF_MODELS | _OF_NO_MODEL
    assert not OF_MODELS & _OF_NO_MODEL


def test_a_changed_password_lets_no_history_be_read_anew():
    with Register.open("sqlite://") as register:
        register.people.add(name="sara", role="planner", investor=None, password="hash", **BY)
        before = log_state(register)
        register.people.set_password("sara", "another hash", **BY)
        assert log_state(register) == before
