"""Effects that numbers of the first day rest on: every field has a row, and a user's own rows are seen."""

from __future__ import annotations

import pytest

from engine.domain.unit import Field
from engine.errors import EhyaError
from engine.reference import table
from engine.reference.effects import check_effects, effects
from engine.reference.rules import TableRule
from features import FULL_SCHEMA


def refusal(path):
    with pytest.raises(EhyaError) as caught:
        effects(path)
    return caught.value


def file_of(tmp_path, *lines, header="output,feature,effect,low,high"):
    path = tmp_path / "effects.csv"
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return path


def test_every_field_that_intake_reads_has_a_row_or_a_sentence_why_not():
    rows = table("effects")
    named = set(rows["fields"].str.split(";").explode())
    assert named == {field.value for field in Field}
    assert rows.loc[rows["output"] == "none", "why_en"].str.len().gt(5).all()


def test_what_was_found_elsewhere_and_no_field_tells_has_a_sentence_why_not():
    rows = table("effects").query("output == 'none'").set_index("feature")
    for name in ("owner_runs_other_units", "isolated"):
        assert rows.loc[name, ["why_fa", "why_en"]].str.len().gt(80).all()
        assert rows.loc[name, "population"]


def test_signs_are_those_of_the_schema_and_features_are_its_features():
    signs = dict(zip(FULL_SCHEMA.names, FULL_SCHEMA.signs, strict=True))
    rows = table("effects").query("output in ('restart', 'durable')")
    assert rows["feature"].map(signs).tolist() == rows["sign"].tolist()


def test_every_signed_feature_but_those_of_capital_and_of_the_log_has_a_prior_effect_on_a_restart():
    """Capital is no dose; what was tried in vain is read from a log, and where there is one it says by how much."""
    signed = {
        spec.name
        for spec in FULL_SCHEMA.features
        if spec.sign and spec.sources and "capital_needed_rial" not in spec.sources
    }
    assert signed <= set(table("effects").query("output == 'restart'")["feature"])


def test_every_range_holds_its_point_and_leaves_room_for_doubt():
    check_effects(table("effects"))
    rows = table("effects").dropna(subset=["effect"])
    assert (rows["low"] < rows["high"]).all()
    assert rows["effect"].between(rows["low"], rows["high"]).all()


def test_what_was_found_elsewhere_says_where_and_how_much_of_it_is_kept():
    rows = table("effects").query("basis == 'estimated_elsewhere'")
    assert rows[["population", "kept"]].notna().all(axis=None)


def test_numbers_have_a_usual_range_and_flags_a_usual_share():
    rows = table("effects").query("output in ('restart', 'durable')")
    kinds = {spec.name: spec.kind for spec in FULL_SCHEMA.features}
    flags = rows["feature"].map(kinds) == "flag"
    assert rows.loc[flags, "usual"].between(0, 1, inclusive="neither").all()
    assert (rows.loc[~flags, "usual_low"] < rows.loc[~flags, "usual_high"]).all()


def test_a_file_of_the_user_overrides_what_it_names_and_nothing_else(tmp_path):
    rows = effects(file_of(tmp_path, "restart,has_title_deed,0.5,0.2,0.9")).set_index(["output", "feature"])
    before = effects().set_index(["output", "feature"])
    own = rows.loc[("restart", "has_title_deed")]
    assert (own["effect"], own["low"], own["high"], own["basis"], own["source"]) == (
        0.5, 0.2, 0.9, "elicited", "effects.csv",
    )  # fmt: skip
    assert rows["overridden"].sum() == 1
    rest = rows[~rows["overridden"]]
    assert rest.drop(columns="overridden").equals(before.loc[rest.index].drop(columns="overridden"))


def test_without_a_file_the_table_speaks(tmp_path):
    assert effects(tmp_path / "effects.csv").equals(effects())


@pytest.mark.parametrize(
    ("line", "column", "rule"),
    [
        ("restart,has_title_dead,0.5,0.2,0.9", "feature", TableRule.ROW),
        ("restart,has_title_deed,-0.5,-0.9,-0.2", "effect", TableRule.SIGN),
        ("restart,has_title_deed,0.5,-0.2,0.9", "effect", TableRule.SIGN),
        ("restart,has_title_deed,,0.2,0.9", "effect", TableRule.POINT),
        ("restart,has_title_deed,0.5,,0.9", "low", TableRule.POINT),
        ("restart,has_title_deed,0.5,0.5,0.5", "low", TableRule.SPREAD),
        ("restart,has_title_deed,1.5,0.2,0.9", "high", TableRule.RISING),
        ("none,notes,0.5,0.2,0.9", "effect", TableRule.WORDS),
        ("restart,has_title_deed,much,0.2,0.9", "effect", TableRule.DTYPE),
    ],
)
def test_a_bad_row_of_the_user_is_refused_with_its_line_and_rule(tmp_path, line, column, rule):
    error = refusal(file_of(tmp_path, "restart,owned_by_bank,-0.3,-0.6,-0.1", line))
    assert error.code.value == "reference_refused"
    assert (error.facts["row"], error.facts["column"], error.facts["rule"]) == (3, column, rule)


def test_a_misspelt_field_is_answered_with_the_nearest_row(tmp_path):
    assert refusal(file_of(tmp_path, "restart,has_title_dead,0.5,0.2,0.9")).facts["allowed"] == "restart.has_title_deed"


def test_the_same_row_twice_an_unknown_column_and_no_text_are_refused(tmp_path):
    twice = file_of(tmp_path, *["restart,has_title_deed,0.5,0.2,0.9"] * 2)
    assert refusal(twice).facts["rule"] is TableRule.KEY
    other = file_of(tmp_path, "x,y,1,0,2,3", header="output,feature,effect,low,high,doubt")
    assert refusal(other).code.value == "unknown_column"
    (tmp_path / "effects.csv").write_bytes(b"\xff\xfe\x00")
    assert refusal(tmp_path / "effects.csv").code.value == "file_unreadable"
