"""An address holds the choices of a ranking, and nothing is lost on the way."""

from urllib.parse import urlsplit

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as some
from starlette.datastructures import QueryParams

from engine.domain.persona import Persona
from engine.ranking.criteria import Part
from serving.desk.changes import Against
from serving.desk.question import Question
from serving.pages.desk.choosing import FILTERS, Chosen

USUAL = Question(as_of=pd.Timestamp("2026-03-22"))
chosen_ones = some.builds(
    Chosen,
    persona=some.sampled_from(Persona),
    stated=some.dictionaries(some.sampled_from(Part), some.integers(1, 100).map(str)),
    by_influence=some.booleans(),
    priorities=some.lists(some.sampled_from(["10", "13", "1030"]), unique=True).map(tuple),
    filters=some.dictionaries(some.sampled_from(FILTERS), some.sampled_from(["a b", "خوی", "&="])),
    against=some.sampled_from(Against),
    start=some.integers(0, 10_000),
)


@given(chosen_ones)
@settings(max_examples=60)
def test_what_an_address_holds_is_read_again(chosen):
    address = chosen.address("/desk/ranking", chosen.start)
    assert Chosen.read(QueryParams(urlsplit(address).query)) == chosen


def test_the_weights_of_a_persona_typed_out_are_its_usual_question():
    typed = "&".join(f"w_{part.value}={weight}" for part, weight in Chosen(persona=Persona.BANK).usual.items())
    chosen = Chosen.read(QueryParams(f"persona=bank&{typed}"))
    assert chosen.question(USUAL) == Chosen(persona=Persona.BANK).question(USUAL)
    assert Chosen.read(QueryParams("as=")).question(USUAL) == USUAL


def test_numbers_are_weights_or_what_each_part_shall_decide():
    one, other = (Chosen.read(QueryParams(f"w_jobs=40&w_finance=60{more}")) for more in ("", "&as=influence"))
    assert one.question(USUAL).weights == other.question(USUAL).influence == {Part.JOBS: 0.4, Part.FINANCE: 0.6}
    assert one.question(USUAL).influence is other.question(USUAL).weights is None


def test_a_row_that_is_no_number_is_the_first():
    assert [Chosen.read(QueryParams(f"start={given}")).start for given in ("-1", "x", "9" * 30, "50")] == [0, 0, 0, 50]
