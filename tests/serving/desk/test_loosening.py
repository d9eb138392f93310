"""Terms that give way by one step: what a contradiction says is enough is enough."""

import pytest

from engine.packages.rules import TermKind
from engine.packages.terms import PackageTerms
from serving.desk.loosening import loosened, with_wish

TERMS = PackageTerms.read(
    {
        "name": "inva",
        "count": 12,
        "budgets": {"capital": {"at_most": "3000 billion rial"}},
        "debt": "10 billion rial",
        "quotas": [{"by": "county", "at_most": 2}, {"sector": ["10"], "at_least": 3}],
        "pinned": [{"unit": "U1", "reason": "owner asked"}],
        "barred": [{"unit": "U2", "reason": "sold"}],
        "not_together": [{"units": ["U3", "U4"]}, {"units": ["U5", "U6"]}],
        "revived": {"at_least": 3, "probability": 0.9},
        "exploration": {"share": 0.1},
    }
)


def step(term, kind, limit, **facts):
    return {"term": term, "kind": kind, "limit": limit, "low": None, "high": None, **facts}


@pytest.mark.parametrize(
    ("steps", "changed"),
    [
        ([step("count", "count", 15.0)], {"count": [12, 15]}),
        ([step("budgets.capital", "capital", 4e12)], {"budgets": {"capital": {"at_most": "4000000000000 rial"}}}),
        ([step("debt", "debt", 1.5e10)], {"debt": "15000000000 rial"}),
        (
            [step("quotas.1", "quota", 4.0)],
            {"quotas": [{"by": "county", "at_most": 4}, {"sector": ["10"], "at_least": 3}]},
        ),
        (
            [step("quotas.2", "quota", 1.0)],
            {"quotas": [{"by": "county", "at_most": 2}, {"sector": ["10"], "at_least": 1}]},
        ),
        ([step("chance", "chance", 0.512345)], {"revived": {"at_least": 3, "probability": 0.5123}}),
        ([step("not_together.1", "not_together", 2.0)], {"not_together": [{"units": ["U5", "U6"]}]}),
        ([step("publishable_only", "publishable", 1.0)], {"publishable_only": False}),
    ],
)
def test_a_rule_gives_way_as_far_as_it_has_to_and_no_other_changes(steps, changed):
    found = loosened(TERMS, steps).document
    assert found == TERMS.document | changed


def test_of_a_chain_only_the_link_that_cannot_hold_is_given_up():
    chained = PackageTerms.read({"name": "a", "count": 2, "only_with": [{"unit": "U1", "needs": ["U2", "U3"]}]})
    once = loosened(chained, [step("only_with.1", "only_with", 1.0, units=["U2"])])
    assert [(one.unit, one.needs) for one in once.only_with] == [("U1", ("U3",))]
    assert loosened(once, [step("only_with.1", "only_with", 1.0, units=["U3"])]).only_with == ()


def test_the_chance_that_the_engine_names_is_the_one_that_gives_way():
    """What a contradiction calls its rule is what the button changes: read from the engine, not from here."""
    assert TermKind.CHANCE.value == "chance"
    found = loosened(TERMS, [step(TermKind.CHANCE.value, TermKind.CHANCE.value, 0.25)])
    assert found.revived.probability == 0.25


def test_wishes_and_chances_of_nil_are_given_up_whole():
    found = loosened(TERMS, [step("pinned.U1", "pinned", 0.0), step("chance", "chance", 0.0)])
    assert found.pinned == ()
    assert found.revived is None
    assert {one.value for one in loosened(TERMS, [step("verdicts", "verdict", 1.0)]).verdicts} >= {"offer", "fix_first"}


@pytest.mark.parametrize("kind", ["known", "withdrawn"])
def test_what_no_person_decides_gives_no_way(kind):
    assert loosened(TERMS, [step(kind, kind, 1.0)]) is None


def test_the_last_wish_about_a_unit_counts():
    found = with_wish(TERMS, "U1", inside=False, reason=" gone ", by="office")
    assert found.pinned == ()
    assert [(one.unit, one.reason, one.by) for one in found.barred] == [("U2", "sold", ""), ("U1", "gone", "office")]
