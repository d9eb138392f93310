"""Every text of both languages, walked with the facts that trip a sentence: nothing of the machine is left in it."""

import re

import numpy as np
import pandas as pd
import pytest

from engine.domain.unit import Field, Status
from engine.matching.fit import FitPart
from engine.parsing.rejection import RejectionCode
from engine.settings import LANGUAGES
from serving.i18n import speech, texts
from serving.i18n.speech import clauses, placeholders

EDGES = {
    "nothing in a list": [],
    "one in a list": ["کاشی سهند"],
    "none": None,
    "not a number": float("nan"),
    "no date": pd.NaT,
    "missing": pd.NA,
    "yes": True,
    "no, of NumPy": np.bool_(False),
    "a code": Status.SEMI_ACTIVE,
    "codes": {FitPart.SECTOR, FitPart.PLACE},
    "codes and what they are": {FitPart.SECTOR: 0.5},
    "a huge number": 2**63 - 1,
    "a huge float": np.float64(9.3e18),
    "no end": float("inf"),
    "a Persian name": "«کاشی سهند» (ارومیه)",
}
RESIDUE = re.compile(
    r"\b(?:True|False|None|nan|NaN|NaT|inf)\b"  # values of Python
    r"|<NA>|<\w+\.\w+|\b[A-Z]\w+\.[A-Z_]{2,}\b|dtype|\bnp\."  # their names
    r"|[0-9۰-۹]{16,}|(?:[,٬][0-9۰-۹]{3}){5,}"  # digits that nobody counts
    r"|\[\[|\]\]|\{\w+\}"  # marks of a text
)
EMPTY_LIST = re.compile(r"[:：]\s*(?:[.،,;؛?؟)\]»”]|$)|[:：] —[.?؟]|«—»[؟?]|“—”\?|\(—?\)|  ")
LISTS = {"allowed", "nearest", "understood", "range"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_shows_a_value_as_the_machine_writes_it(language):
    words, walked, wrong = speech(language), 0, []
    for key, text in texts(language).items():
        for edge, value in EDGES.items():
            said = words.text(key, **dict.fromkeys(placeholders(text), value))
            walked += 1
            if set(RESIDUE.findall(said)) - set(RESIDUE.findall(text)):
                wrong.append((key, edge, said))
    assert wrong == []
    assert walked > 10_000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("nothing", [[], None, ""])
def test_a_text_without_anything_to_list_lists_nothing(language, nothing):
    words, wrong = speech(language), []
    for key, text in texts(language).items():
        wanted = placeholders(text)
        if any(f": {{{name}}}" in text or f"({{{name}}})" in text for name in LISTS) or wanted & (LISTS - {"allowed"}):
            said = words.text(key, **{name: nothing if name in LISTS else "الف" for name in wanted})
            if EMPTY_LIST.search(said) and key not in CERTAIN:
                wrong.append((key, said))
    assert wrong == []


CERTAIN = {
    "rejection_code.ambiguous_county",  # at least two
    "error_code.option_missing",  # names the options that the command itself has
    "error_code.outcome_act_missing",  # names the acts that there are
    "usage.value_allowed",
    "usage.option_nearest",  # chosen where there is a nearest one
    "usage.command_nearest",
    "rejects.nearest",
    "checkup.package_version",
    "error_code.outcome_known_too_early",
    "error_code.database_newer",
    "outcome_rejection.before_established",
    "outcome_rejection.before_stop",
}
"""Texts whose list is never empty where they are said."""


def test_what_one_language_leaves_out_the_other_leaves_out_too():
    def optional(text):
        return sorted(sorted(placeholders(clause)) for clause in clauses(text))

    persian, english = texts("fa"), texts("en")
    assert [key for key in persian if optional(persian[key]) != optional(english[key])] == []


def test_a_sentence_ends_well_whether_its_list_is_full_or_empty():
    english = speech("en")
    assert english.text("error_code.unknown_import", given=7, allowed=[]) == "There is no import 7."
    assert english.text("error_code.unknown_import", given=7, allowed=[2, 1]) == (
        "There is no import 7; the newest: 2, 1."
    )
    assert english.text("error_code.place_unknown", given="Zz", nearest=[]) == ("No province or county is called “Zz”.")
    assert speech("fa").text("usage.command_unknown", given="الف", allowed=[]) == "دستوری به نام «الف» نیست."


def test_a_limit_of_money_is_said_as_money_and_an_open_end_is_none():
    english = speech("en")
    facts = {"given": "10^20", "field": Field.CAPITAL_NEEDED_RIAL, "low": 0, "high": 2**63 - 1}
    assert english.text(RejectionCode.OUT_OF_RANGE, **facts) == (
        "“10^20” is outside what Capital needed can be (0 rial to 922,337 hemmat (10¹³ rial))."
    )
    assert "(0 یا بیشتر)".replace("0", "۰") in speech("fa").text(
        RejectionCode.OUT_OF_RANGE, given="-3", field=Field.JOBS_NOW, low=0, high=None
    )


def test_a_huge_number_is_said_by_its_size():
    assert speech("en").fact(2**63 - 1) == "9.2×10¹⁸"
    assert speech("fa").fact(2**63 - 1) == "۹٫۲×۱۰¹⁸"
    assert speech("en").fact(999_999_999_999) == "999,999,999,999"
