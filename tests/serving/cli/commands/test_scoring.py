"""What `ehya score` says of options that do not go together."""

import pytest
from typer.testing import CliRunner

from serving.cli.app import app


@pytest.mark.parametrize("beside", [["--shards", "units"], ["--cluster", "tcp://10.0.0.5:8786"]])
def test_writing_units_and_scoring_them_are_two_commands_and_none_is_passed_over(tmp_path, beside):
    env = {"EHYA_HOME": str(tmp_path / "w"), "EHYA_LANG": "en", "EHYA_DATABASE_URL": None, "COLUMNS": "150"}
    done = CliRunner().invoke(app, ["score", "--split", "--out", str(tmp_path / "out"), *beside], env=env)
    assert done.exit_code == 2
    assert "--split" in done.stderr
    assert beside[0] in done.stderr
    assert not (tmp_path / "out").exists()
