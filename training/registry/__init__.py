"""Runs in MLflow, promoted versions, and what a model was made from.

The only room that imports mlflow.
"""
