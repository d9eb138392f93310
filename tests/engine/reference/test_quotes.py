"""Facts carry over, sentences do not: no cell of ours repeats what a page was quoted with."""

from pathlib import Path

import pandas as pd
import pytest

from engine.reference import table, table_names

FACTS = Path(__file__).parents[3] / ".." / "shared" / "data" / "facts"
LONGEST = 40  # letters in a row that a name and a figure may share with a sentence


@pytest.mark.skipif(not FACTS.exists(), reason="the collected facts are not beside the project")
def test_no_cell_repeats_a_quoted_sentence():
    quotes = []
    for file in sorted(FACTS.glob("*.csv")):
        read = pd.read_csv(file, dtype=str)
        if "quote_fa" in read:
            quotes += read["quote_fa"].dropna().tolist()
    assert len(quotes) > 300
    pieces = {quote[at : at + LONGEST] for quote in quotes for at in range(len(quote) - LONGEST + 1)}
    for name in table_names():
        for column, cells in table(name).select_dtypes("str").items():
            if column.endswith("source"):  # addresses hold the words of a page's title
                continue
            for cell in cells.dropna().unique():
                repeated = [cell[at : at + LONGEST] for at in range(len(cell) - LONGEST + 1)]
                assert not pieces.intersection(repeated), (name, column, cell)
