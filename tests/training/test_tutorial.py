"""The tutorial runs as it stands, and its notebook is the same."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial"
SCRIPT = TUTORIAL / "practice.py"


def test_the_notebook_is_the_script():
    written = runpy.run_path(str(TUTORIAL / "notebook.py"))["written"]
    assert SCRIPT.with_suffix(".ipynb").read_text("utf-8") == written(SCRIPT), "python docs/tutorial/notebook.py"
    document = json.loads(written(SCRIPT))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    for cell in document["cells"]:
        assert cell["source"]
        if cell["cell_type"] == "code":
            compile("".join(cell["source"]), cell["id"], "exec")
    assert {cell["cell_type"] for cell in document["cells"]} == {"code", "markdown"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_tutorial_goes_from_a_table_to_a_model_at_work_and_back(practice, monkeypatch, capsys):
    monkeypatch.setenv("EHYA_HOME", str(practice.home))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    found = runpy.run_path(str(SCRIPT), run_name="tutorial")
    assert found["first"].card["origin"] == "synthetic"
    assert found["first"].version == found["promoted"].version == found["back"].version
    booster, logistic, own = found["booster"], found["logistic"], found["own"]
    assert booster.promotable
    assert logistic.promotable
    assert (own.promotable, own.result.digest) == (False, "")
    assert own.servable.types[0].endswith("SectorRates")
    for each in (booster, logistic, own):  # the same outcomes, gates and card as a training has
        assert each.result.metrics["scores"]["model"]["rows"] == found["first"].metrics["scores"]["model"]["rows"]
        assert [verdict.gate for verdict in each.result.gates] == [verdict.gate for verdict in found["first"].gates]
        assert each.result.card["metrics"]["learner"]["name"] == each.learner
    assert "the trial is over" in capsys.readouterr().out
