"""The words of the field stand in both languages, and the program speaks as the glossary does."""

import pytest

from engine.reference import table
from serving.i18n import texts

GLOSSARY = table("glossary").set_index("term_en")
HOUSE_WORDS = (
    "unit", "estate", "county", "province", "barrier", "diagnosis", "finding", "intervention", "mandate", "ticket",
    "feasibility", "jobs", "prediction", "score", "fit", "rank", "shortlist", "package", "outcome", "rejection",
)  # fmt: skip


def test_every_word_of_the_house_is_explained():
    assert sorted(set(HOUSE_WORDS) - set(GLOSSARY.index)) == []


def test_no_persian_term_means_two_things():
    assert GLOSSARY["term_fa"].is_unique


@pytest.mark.parametrize("column", ["meaning_fa", "meaning_en"])
def test_meanings_are_short_and_are_no_sentences_with_a_full_stop(column):
    assert GLOSSARY[column].str.len().between(10, 130).all()
    assert not GLOSSARY[column].str.endswith(".").any()


def test_a_term_is_not_explained_by_itself_alone():
    assert (GLOSSARY["meaning_en"].str.casefold() != GLOSSARY.index.str.casefold()).all()


@pytest.mark.parametrize(
    ("term", "key"),
    [
        ("idle", "status.idle"),
        ("completeness", "column.completeness"),
        ("semi-active", "status.semi_active"),
        ("prior-driven", "mark.prior_driven"),
        ("joint venture", "deal_form.joint_venture"),
        ("lease", "deal_form.lease"),
        ("toll production", "deal_form.toll"),
    ],
)
def test_the_program_and_the_glossary_use_one_persian_word(term, key):
    assert GLOSSARY.loc[term, "term_fa"] == texts("fa")[key]
