"""Every reference table, and every unit of measure in one, has words in both languages."""

import pytest

from engine.reference import spec, table_names
from engine.settings import LANGUAGES
from serving.i18n import texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_a_line_and_no_line_is_left_over(language):
    lines = {key.removeprefix("table.") for key in texts(language) if key.startswith("table.")}
    assert lines == set(table_names())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_unit_of_measure_has_a_word(language):
    measures = {measure for name in table_names() for measure in spec(name).measures.values()}
    assert sorted(measures - {key.removeprefix("measure.") for key in texts(language)}) == []
