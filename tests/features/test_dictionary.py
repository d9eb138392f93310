"""The data dictionary is what the code says."""

from __future__ import annotations

from pathlib import Path

from engine.domain.unit import Field
from features import FULL_SCHEMA
from features.dictionary import dictionary_page, write

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_page_in_the_docs_is_current() -> None:
    assert PAGE.read_text("utf-8") == dictionary_page(), "run python -m features.dictionary"


def test_every_field_and_feature_has_a_row() -> None:
    text = dictionary_page()
    assert all(f"\n| `{name}` |" in text for name in (*(field.value for field in Field), *FULL_SCHEMA.names))


def test_the_page_is_written_where_asked(tmp_path: Path) -> None:
    write(tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text("utf-8") == dictionary_page()
