"""Describe units for a model: the same code in training and in serving."""

from features.catalogue import FULL_SCHEMA, Feature
from features.matrix import fit, matrix
from features.schema import FeatureKind, FeatureSchema, FeatureSpec

__all__ = ["FULL_SCHEMA", "Feature", "FeatureKind", "FeatureSchema", "FeatureSpec", "fit", "matrix"]
