import numpy as np
import pandas as pd
import pytest

from serving.i18n import speech
from serving.reports.charts import groups, scatter
from serving.reports.ranked import ranked

EN, FA = speech("en"), speech("fa")


def _three() -> pd.DataFrame:
    """Three units whose places in the chart can be worked out by hand."""
    columns = {"scorable": True, "triage": ["offer", "fix_first", "offer"], "name": ["a", "b", "c"]}
    frame = pd.DataFrame(columns, index=["a", "b", "c"])
    for bound, feasibility, jobs in (
        ("low", [0.0, 0.2, 0.1], [1.0, 10.0, 0.0]),
        ("point", [0.25, 0.5, 0.1], [10.0, 10.0, 1.0]),
        ("high", [0.5, 1.0, 0.2], [100.0, 10.0, 5.0]),
    ):
        frame[f"feasibility_{bound}"] = frame[f"feasibility_unit_{bound}"] = feasibility
        frame[f"jobs_if_revived_{bound}"] = jobs
    return frame


def test_places_in_the_chart_are_as_worked_by_hand():
    chart = scatter(_three(), EN, width=276, height=268)  # inner frame: 58..258 across, 16..216 up
    first, second, third = chart.marks
    assert (first.x, first.x_low, first.x_high) == (108.0, 58.0, 158.0)  # 25 %, 0, 50 % of 200 pixels
    assert (first.y, first.y_low, first.y_high) == (116.0, 216.0, 16.0)  # 10, 1, 100 persons on two decades
    assert (second.x_high, second.y) == (258.0, 116.0)
    assert third.y_low == 216.0, "fewer than one person stand at one"


def test_ticks_of_the_jobs_axis_are_1_2_5_in_each_decade():
    labels = [tick.label for tick in scatter(_three(), EN).y_ticks]
    assert labels == ["\u2066≤ 1\u2069", "2", "5", "10", "20", "50", "100"]


def test_ticks_have_the_digits_of_the_language():
    assert scatter(_three(), FA).y_ticks[-1].label == "۱۰۰"
    assert [tick.label for tick in scatter(_three(), FA).x_ticks][:2] == ["۰٪", "۲۰٪"]


def test_no_label_covers_another_or_a_mark(appraisal):
    chart = scatter(ranked(appraisal), EN)
    boxes = []
    for mark in chart.marks:
        if mark.label:
            length = 6.6 * len(mark.label)
            left = mark.label_x if mark.anchor == "start" else mark.label_x - length
            boxes.append((left, mark.label_y - 11, left + length, mark.label_y + 3))
    assert boxes, "the best units are named"
    for number, box in enumerate(boxes):
        assert chart.left <= box[0], "a label leaves the frame"
        assert box[2] <= chart.right
        for other in boxes[number + 1 :]:
            assert box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]
        for mark in chart.marks:
            assert not (box[0] < mark.x < box[2] and box[1] < mark.y < box[3])


def test_a_unit_without_a_prediction_is_not_drawn(appraisal):
    assert len(scatter(appraisal, EN).marks) == int(appraisal["scorable"].sum())


def test_a_long_list_is_cut_and_says_so(appraisal):
    chart = scatter(appraisal, EN, shown=5)
    assert (len(chart.marks), chart.left_out) == (5, int(appraisal["scorable"].sum()) - 5)


def test_an_empty_list_gives_an_empty_chart(appraisal):
    assert scatter(appraisal.head(0), EN).marks == ()


def test_counts_and_jobs_of_a_group_are_sums(appraisal):
    found = groups(appraisal, list(appraisal["county"]), EN)
    assert sum(group.total for group in found) == len(appraisal)
    first = found[0]
    members = appraisal[appraisal["county"] == first.label]
    assert first.jobs_point == pytest.approx(members["jobs_expected_point"].sum())
    assert sum(count for _, count, _, _ in first.segments) == len(members) == first.total


def test_groups_stand_largest_first_and_segments_in_the_order_of_triage(appraisal):
    found = groups(appraisal, list(appraisal["county"]), EN)
    totals = [group.total for group in found]
    assert totals == sorted(totals, reverse=True)
    assert found[0].segments[0][2] == 0.0
    assert sum(length for *_, length in found[0].segments) == pytest.approx(100.0, abs=0.05)


def test_what_does_not_fit_goes_into_one_line_of_others_and_the_unknown_stands_last(appraisal):
    names = [f"place {row % 20}" if row else "" for row in range(len(appraisal))]
    found = groups(appraisal, names, EN, lines=6)
    assert [group.label for group in found][-2:] == ["15 others", "Not known"]
    assert len(found) == 7
    assert sum(group.total for group in found) == len(appraisal)


def test_the_order_of_rows_changes_no_group(appraisal):
    shuffled = appraisal.sample(frac=1, random_state=np.random.default_rng(3))
    first = {
        group.label: (group.total, round(group.jobs_point, 6)) for group in groups(appraisal, appraisal["isic"], EN)
    }
    second = {
        group.label: (group.total, round(group.jobs_point, 6)) for group in groups(shuffled, shuffled["isic"], EN)
    }
    assert first == second
