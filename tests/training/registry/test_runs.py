"""One training in MLflow's records: nested figures by their path, and a run that was broken off says so."""

from __future__ import annotations

import pytest

from training.registry.mlflow_store import workspace
from training.registry.runs import log_training

PLAIN = {"version": "20261123-aaaaaaaa", "params": {"recipe": {"share": 0.5}}, "steps": {"loss": [0.3, 0.2]}}


def logged(settings, **changed):
    figures = {"metrics": {"scores": {"brier": 0.2}, "name": "no number"}, "files": [], "texts": {"card.md": "# card"}}
    return log_training(settings, **{**PLAIN, **figures, **changed})


def test_figures_stand_under_their_path_and_what_is_no_number_is_left_out(records):
    run_id = logged(records)
    with workspace(records) as store:
        run = store.client.get_run(run_id)
        losses = [point.value for point in store.client.get_metric_history(run_id, "loss")]
    assert run.data.params == {"recipe.share": "0.5"}
    assert run.data.metrics == {"scores.brier": 0.2, "loss": 0.2}
    assert losses == [0.3, 0.2]
    assert run.info.status == "FINISHED"
    assert (records.mlflow_artifacts / run_id / "artifacts" / "card.md").read_text("utf-8") == "# card"


def test_a_run_that_was_broken_off_is_not_left_running(records, tmp_path):
    with pytest.raises(FileNotFoundError):
        logged(records, files=[tmp_path / "gone.skops"])
    with workspace(records) as store:
        (run,) = store.client.search_runs([store.experiment])
    assert run.info.status == "KILLED"
