"""Several writers at once give a register that some order of them, one after another, gives."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from engine.domain.outcome import Outcome, OutcomeKind
from engine.store import Register

NOON = datetime(2025, 1, 10, 12)
ROUNDS = int(os.environ.get("EHYA_TEST_WRITER_ROUNDS", "6"))
"""A few in the suite; two hundred were run once on either database."""

FIELDS = ("jobs_now", "land_m2", "machinery_year", "power_kw")


def file(generator, turn, writer, given):
    """Some fields of the round's units, as of one of two days, so that freshness is decided by order too."""
    rows = [
        {"identity": f"business:{turn}-{number}", "name": f"واحد {turn} {number}"}
        | {name: int(generator.integers(1, 2000)) for name in FIELDS if generator.random() < 0.6}
        for number in generator.permutation(4)[: generator.integers(2, 5)]
    ]
    return given(*rows, as_of=f"20{generator.integers(20, 22)}-01-01", source=f"{writer}.xlsx")


def acts_of(turn, given):
    """What the writers of a round do: three imports of the same units, and persons who merge, record and promote."""
    generator = np.random.default_rng(turn)
    files = [file(generator, turn, writer, given) for writer in ("estate", "bank", "survey")]

    def persons(register):
        names = sorted(register.units({"name": [f"واحد {turn} 10", f"واحد {turn} 11"]}).index)
        register.decisions.merge(*names, made_at=NOON)
        seen = {"happened_on": date(2025, 1, 1), "known_on": date(2025, 1, 2)}
        register.events.add(Outcome(unit_id=names[1], kind=OutcomeKind.OBSERVED, jobs=turn, **seen))
        register.promotions.record(model_version=f"m{turn}", digest="0", promoted_at=NOON, reason="r", metrics={})

    return [*(lambda register, file=file: register.imports.commit(file, imported_at=NOON) for file in files), persons]


def prepared(turn, given):
    """Two units that stand before the round begins; persons merge them, and the survey may speak of them."""
    rows = [{"identity": f"business:{turn}-1{number}", "name": f"واحد {turn} 1{number}"} for number in range(2)]
    return given(*rows, as_of="2019-01-01", source="first.xlsx")


def shown(register, turn):
    """What the register says of the round, without the numbers of rows."""
    units = register.units()
    units = units[units["name"].str.startswith(f"واحد {turn} ").to_numpy(dtype=bool)]
    histories = [register.units.history(unit_id).drop(columns="import_id") for unit_id in units.index]
    events = register.events().drop(columns="id")
    return units, pd.concat(histories, ignore_index=True), events[events["unit_id"].isin(units.index)]


def equal(left, right):
    return all(
        one.reset_index(drop=True).equals(other.reset_index(drop=True)) for one, other in zip(left, right, strict=True)
    )


def in_order(turn, given, acts):
    """What a register says of the round where its acts came one after another; those of other rounds touch nothing."""
    with Register.open("sqlite://") as register:
        register.imports.commit(prepared(turn, given), imported_at=NOON)
        for act in acts:
            act(register)
        return shown(register, turn)


def test_writers_at_once_give_what_some_order_gives(url, given):
    openings = range(4)
    with ThreadPoolExecutor(4) as pool:
        writers = list(pool.map(lambda _: Register.open(url), openings))  # all find the database empty
        try:
            for turn in range(ROUNDS):
                acts, start = acts_of(turn, given), threading.Barrier(4)
                writers[0].imports.commit(prepared(turn, given), imported_at=NOON)

                def work(writer, acts=acts, start=start):
                    start.wait()
                    acts[writer](writers[writer])

                list(pool.map(work, openings))
                sources = writers[0].imports()["source"].tolist()[-3:]
                *imports, persons = acts
                ordered = [imports[["estate.xlsx", "bank.xlsx", "survey.xlsx"].index(source)] for source in sources]
                orders = ([*ordered[:place], persons, *ordered[place:]] for place in openings)
                found = shown(writers[0], turn)
                assert any(equal(found, in_order(turn, given, order)) for order in orders), f"round {turn}"
            assert writers[0].check() == ()
            assert len(writers[0].promotions()) == ROUNDS
        finally:
            for register in writers:
                register.close()


def test_writers_who_lose_nothing_each_leave_their_field(url, given):
    """The case that lost updates: each import brings another field of the same units."""
    with ThreadPoolExecutor(4) as pool:
        writers = list(pool.map(lambda _: Register.open(url), FIELDS))
        start = threading.Barrier(4)

        def work(register, field):
            rows = [{"identity": f"business:{number}", field: 7} for number in range(30)]
            start.wait()
            register.imports.commit(given(*rows, source=f"{field}.xlsx"), imported_at=NOON)

        list(pool.map(work, writers, FIELDS))
        units = writers[0].units()
        for register in writers:
            register.close()
    assert len(units) == 30
    assert units[list(FIELDS)].notna().all(axis=None)


@pytest.mark.parametrize("turn", range(3))
def test_programs_that_make_a_register_at_once_wait_for_one_another(url, turn):
    start = threading.Barrier(6)

    def opened(_):
        start.wait()
        with Register.open(url) as register:
            return register.check()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(opened, range(6))) == {()}
