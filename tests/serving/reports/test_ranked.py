import pandas as pd
import pytest

from serving.i18n import speech
from serving.reports.ranked import digits, ranked, rows


def _row(appraisal, language, **changes):
    return rows(appraisal.head(1).assign(**changes), speech(language))[0]


def test_units_stand_by_rank_and_those_without_one_last(appraisal):
    ranks = ranked(appraisal.sample(frac=1, random_state=2))["rank"]
    assert ranks.dropna().is_monotonic_increasing
    assert ranks.tail(int(ranks.isna().sum())).isna().all()


def test_a_row_speaks_the_language_of_the_reader(appraisal):
    assert _row(appraisal, "fa", county="Urmia")["place"] == "ارومیه، آذربایجان غربی"
    assert _row(appraisal, "en", county="Urmia")["place"] == "Urmia, West Azerbaijan"


def test_a_range_runs_from_right_to_left_in_persian(appraisal):
    english, persian = (_row(appraisal, language)["feasibility"]["bar"] for language in ("en", "fa"))
    assert english["start"] < english["at"] < english["end"]
    assert persian["start"] > persian["at"] > persian["end"]
    assert persian["at"] == pytest.approx(100 - english["at"])


def test_a_unit_without_prediction_shows_dashes_and_no_bar(appraisal):
    unscored = appraisal[~appraisal["scorable"]].head(1)
    row = rows(unscored, speech("en"))[0]
    assert (row["feasibility"]["point"], row["feasibility"]["bar"]) == ("—", None)
    assert row["jobs"] == [{"name": "", "point": "—", "range": ""}]
    assert row["score"] == "—"


def test_many_missing_fields_are_counted(appraisal):
    fields = "isic;county;status;idle_months;jobs_now;power_kw;land_m2;water_l_per_s"
    said = _row(appraisal, "en", missing=fields)["missing"]
    assert said == "ISIC code, County, Status, Idle time, Jobs now, and 3 more"


def test_a_source_that_is_no_address_is_no_link(appraisal):
    assert _row(appraisal, "en", source="javascript:alert(1)")["link"] == ""
    assert _row(appraisal, "en", source="https://example.org/a")["link"] == "https://example.org/a"


@pytest.mark.parametrize(("value", "wanted"), [(0, 0), (0.004, 3), (0.5, 2), (5, 1), (50, 0), (pd.NA, 0)])
def test_small_numbers_get_more_decimals(value, wanted):
    assert digits(value) == wanted


def test_bars_of_parts_are_in_proportion_also_where_a_unit_has_no_score(appraisal):
    two = pd.concat([appraisal[appraisal["scorable"]].head(1), appraisal[~appraisal["scorable"]].head(1)])
    two.loc[two.index[0], ["part_feasibility", "part_jobs"]] = [0.05, 0.2]
    two.loc[two.index[0], ["part_finance", "part_readiness"]] = [0.1, 0.1]
    lengths = {part["name"]: part["length"] for part in rows(two, speech("en"))[0]["parts"]}
    assert (lengths["Feasibility"], lengths["Jobs"], lengths["Finance"]) == (25.0, 100.0, 50.0)


def test_a_reported_unit_says_on_which_day(appraisal):
    dated = _row(appraisal, "en", origin="reported", as_of=pd.Timestamp("2025-10-02"))
    assert dated["reported"] == "As reported on 2025-10-02, may have changed"
    assert _row(appraisal, "en", origin="reported", as_of=pd.NaT)["reported"] == "Undated report, may have changed"
    assert _row(appraisal, "en")["reported"] == ""
