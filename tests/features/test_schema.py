"""The table of features is plain, ordered and complete."""

from __future__ import annotations

import json

import pytest

from engine.domain.unit import Field
from engine.errors import EhyaError, ErrorCode
from features import FULL_SCHEMA, Feature, FeatureKind, FeatureSchema, FeatureSpec
from features.matrix import COLUMNS


def test_the_schema_comes_back_from_json_with_the_same_digest() -> None:
    back = FeatureSchema.from_json(json.loads(json.dumps(FULL_SCHEMA.to_json())))
    assert back == FULL_SCHEMA
    assert back.digest == FULL_SCHEMA.digest


def test_any_change_of_a_feature_changes_the_digest() -> None:
    fewer = FULL_SCHEMA.subset(FULL_SCHEMA.names[1:])
    turned = FeatureSchema(tuple(reversed(FULL_SCHEMA.features)))
    assert len({FULL_SCHEMA.digest, fewer.digest, turned.digest}) == 3


def test_a_subset_keeps_the_order_of_the_table() -> None:
    assert FULL_SCHEMA.subset(["idle_years", "sector_food"]).names == ("sector_food", "idle_years")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(EhyaError) as caught:
        FULL_SCHEMA.subset(["idle_year"])
    assert caught.value.code is ErrorCode.SCHEMA_MISMATCH
    assert caught.value.facts["given"] == ["idle_year"]


def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(EhyaError):
        FeatureSchema((FULL_SCHEMA.features[0], FULL_SCHEMA.features[0]))


@pytest.mark.parametrize("document", [{}, {"features": [{"name": "x"}]}, {"features": [{"kind": "colour"}]}])
def test_a_foreign_document_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(EhyaError) as caught:
        FeatureSchema.from_json(document)
    assert caught.value.code is ErrorCode.SCHEMA_MISMATCH


def test_every_feature_of_the_table_is_computed_by_its_family_and_no_other() -> None:
    assert set(FULL_SCHEMA.names) == set(COLUMNS) == {member.value for member in Feature}


def test_a_public_data_set_may_bring_features_of_its_own() -> None:
    spec = FeatureSpec("gross", "loan", FeatureKind.NUMBER, "USD", "loan approved", "not stated", ("gross",), 1)
    assert FeatureSchema((spec,)).signs == (1,)


def test_promised_jobs_feed_no_feature() -> None:
    sources = {source for spec in FULL_SCHEMA.features for source in spec.sources}
    assert sources <= {field.value for field in Field}
    assert Field.JOBS_PROMISED.value not in sources
