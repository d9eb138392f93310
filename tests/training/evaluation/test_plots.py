"""Pictures of a run: what they show, and that they are written."""

from __future__ import annotations

import numpy as np
import pandas as pd

from training.evaluation.plots import coverage, picture, reliability


def judged(count: int) -> pd.DataFrame:
    p = np.linspace(0.05, 0.9, count)
    label = (np.arange(count) % 7 == 0) * 1.0
    return pd.DataFrame({"label": label, "probability": p, "champion_probability": p / 2, "weight": 1.0})


def test_each_model_has_its_curve_the_diagonal_and_the_first_its_band() -> None:
    figure = reliability(judged(200), {"challenger": "probability", "champion": "champion_probability"})
    texts = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert set(texts) == {"as promised", "95 % interval", "challenger", "champion"}
    assert len(figure.axes) == 2
    assert picture(figure).startswith(b"\x89PNG")


def test_rows_without_a_forecast_and_empty_tables_leave_an_empty_plot() -> None:
    rows = judged(40).assign(champion_probability=np.nan)
    assert len(reliability(rows, {"champion": "champion_probability"}).axes) == 2
    assert len(reliability(judged(0), {"model": "probability"}).axes) == 2


def test_coverage_is_drawn_by_group_and_for_all() -> None:
    jobs = pd.DataFrame({"unit_id": list("abcd"), "jobs": [5, 30, 7, 8], "low": 1, "high": 10})
    figure = coverage(jobs, pd.Series(["10", "10", "13", None]))
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names[-1] == "all (4)"
    assert set(names) == {"10 (2)", "13 (1)", "- (1)", "all (4)"}
    assert b"<svg" in picture(figure, form="svg")
