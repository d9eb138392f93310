"""MLflow's records of a workspace: opened, mended where somebody touched them, and a sentence where they are broken."""

from __future__ import annotations

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from training.registry.mlflow_store import ARTIFACTS, EXPERIMENT, workspace


def test_an_experiment_that_was_deleted_or_lost_its_tag_comes_back_as_it_was(records):
    with workspace(records) as store:
        first = store.experiment
        store.client.set_experiment_tag(first, "mlflow.experimentKind", "genai_development")
        store.client.delete_experiment(first)
    with workspace(records) as store:
        assert store.experiment == first
        found = store.client.get_experiment(first)
    assert found.lifecycle_stage == "active"
    assert found.artifact_location == ARTIFACTS
    assert found.tags["mlflow.experimentKind"] == "custom_model_development"


def test_an_experiment_whose_artefacts_lie_elsewhere_stands_aside_and_is_kept(records, tmp_path):
    with workspace(records) as store:
        store.client.rename_experiment(store.experiment, "before")
        other = store.client.create_experiment(EXPERIMENT, (tmp_path / "elsewhere").as_uri())
    with workspace(records) as store:
        assert store.experiment != other
        assert store.client.get_experiment(other).name == f"{EXPERIMENT} (earlier, {other})"


def test_records_that_were_killed_while_they_were_made_are_made_anew(tmp_path, monkeypatch):
    settings = Settings.from_environment({"EHYA_HOME": str(tmp_path)})

    def killed(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("mlflow.MlflowClient.search_experiments", killed)
        with pytest.raises(KeyboardInterrupt), workspace(settings):
            pass
    assert not settings.mlflow_file.exists()
    with workspace(settings) as store:
        assert store.versions() == []
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]


def test_records_that_are_no_database_are_a_sentence(records):
    records.mlflow_file.write_bytes(b"no database" * 200)
    with pytest.raises(EhyaError) as raised, workspace(records):
        pass
    assert raised.value.code is ErrorCode.TRACKING_FAILED
