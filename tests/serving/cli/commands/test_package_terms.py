"""The file of terms that `ehya package new` writes: every line that it offers can be filled in as it stands."""

import pytest
import yaml

from engine.packages.terms import PackageTerms
from serving.cli.commands.package_terms import new_terms
from serving.cli.terminal import Terminal
from serving.i18n import speech


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_term_that_the_file_offers_is_read_back_and_every_term_there_is_stands_in_it(tmp_path, language):
    path = tmp_path / "inva.yaml"
    terminal = Terminal(speech(language))
    new_terms(terminal, path, event="INVA", count=None, budget=None, per_county=None, sectors=[])
    offered = [block for block in path.read_text("utf-8").split("\n\n") if block.startswith("# ")]
    stated = [yaml.safe_load("\n".join(line[2:] for line in block.split("\n")[1:])) or {} for block in offered[1:]]
    for one in stated:
        PackageTerms.read({"name": "x", **one})
    named = {key for one in stated for key in one}
    rest = {"name", "event", "price_year", "publishable_only", "investors", "seed"}
    assert set(PackageTerms.model_fields) - named == rest
