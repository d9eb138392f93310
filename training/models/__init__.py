"""Learners and the heads that a promoted model holds: hazards, capacity, jobs, and the model of press reports."""
