import pytest

from engine.domain.prediction import Output


def test_a_page_of_units_is_in_the_order_of_ids_and_names_the_next_page(client):
    first = client.get("/v1/units", params={"limit": 7}).json()
    assert [unit["unit_id"] for unit in first["units"]] == [f"unit-{row:04d}" for row in range(7)]
    second = client.get(first["next"]).json()
    assert [unit["unit_id"] for unit in second["units"]] == [f"unit-{row:04d}" for row in range(7, 14)]


def test_all_pages_together_hold_each_unit_once(client, appraisal):
    found, page = [], "/v1/units?limit=9"
    while page:
        answer = client.get(page).json()
        found += [unit["unit_id"] for unit in answer["units"]]
        page = answer["next"]
    assert sorted(found) == sorted(appraisal.index)


def test_every_answer_says_model_dates_origins_and_what_is_prior_driven(client):
    for path in ("/v1/units", "/v1/units/unit-0001", "/v1/rankings", "/v1/health"):
        meta = client.get(path).json()["meta"]
        assert meta["model_version"] == "2026-11-23-abc123", path
        assert (meta["as_of"], meta["model_data_until"]) == ("2026-11-23", "2026-09-23")
        assert meta["prior_driven"] is True
        assert meta["origins"] == {"synthetic": 40}
        assert meta["synthetic_share"] == 1.0


def test_a_prediction_has_low_point_high_and_a_unit_of_measure(client):
    unit = client.get("/v1/units/unit-0000").json()["unit"]
    assert set(unit["prediction"]["outputs"]) == {output.value for output in Output}
    for name, interval in unit["prediction"]["outputs"].items():
        assert interval["low"] <= interval["point"] <= interval["high"], name
        assert interval["measure"]


def test_a_unit_that_is_not_scorable_has_reasons_and_no_numbers(client):
    unit = client.get("/v1/units/unit-0006", params={"lang": "en"}).json()["unit"]
    assert unit["prediction"]["outputs"] == {}
    assert unit["prediction"]["not_scorable"] == ["no_idle_time", "no_sector"]
    assert unit["judgement"]["rank"] is None
    assert unit["text"]["not_scorable"] == ["idle time not known", "sector not known"]


def test_what_is_not_known_is_left_out_and_never_zero(client):
    fields = client.get("/v1/units/unit-0001").json()["unit"]["fields"]
    assert "capital_needed_rial" not in fields
    assert "power_kw" not in fields


def test_the_ranking_is_by_rank_and_holds_only_ranked_units(client, appraisal):
    answer = client.get("/v1/rankings", params={"top": 500}).json()
    assert [unit["judgement"]["rank"] for unit in answer["units"]] == list(range(1, len(answer["units"]) + 1))
    assert answer["total"] == int(appraisal["rank"].notna().sum())


@pytest.mark.parametrize("name", ["Urmia", "ارومیه", "اروميه"])
def test_a_county_may_be_named_in_either_language(client, appraisal, name):
    answer = client.get("/v1/units", params={"county": name, "limit": 200}).json()
    assert answer["total"] == int((appraisal["county"] == "Urmia").sum()) > 0
    assert {unit["fields"]["county"] for unit in answer["units"]} == {"Urmia"}


def test_filters_are_joined_by_and_their_values_by_or(client, appraisal):
    answer = client.get("/v1/units", params={"sector": ["10", "13"], "status": "idle", "limit": 200}).json()
    wanted = appraisal["isic"].isin(["10", "13"]) & (appraisal["status"] == "idle")
    assert answer["total"] == int(wanted.sum()) > 0


def test_a_section_of_isic_holds_all_its_divisions(client):
    assert client.get("/v1/units", params={"sector": "C"}).json()["total"] == 40


def test_codes_stay_codes_and_words_follow_the_language(client):
    persian = client.get("/v1/units/unit-0001", headers={"accept-language": "fa-IR"}).json()["unit"]
    english = client.get("/v1/units/unit-0001", headers={"accept-language": "en-GB,en;q=0.9"}).json()["unit"]
    assert persian["fields"] == english["fields"]
    assert (persian["text"]["status"], english["text"]["status"]) == ("راکد", "Idle")


def test_the_language_is_said_in_the_headers(client):
    answer = client.get("/v1/health", params={"lang": "en"}, headers={"accept-language": "fa"})
    assert (answer.headers["content-language"], answer.headers["vary"]) == ("en", "Accept-Language")


def test_health_counts_units_by_class(client, appraisal):
    counts = client.get("/v1/health").json()["counts"]
    assert (counts["units"], counts["scorable"]) == (40, int(appraisal["scorable"].sum()))
    assert counts["cannot_judge"] == int((appraisal["triage"] == "cannot_judge").sum())


def test_the_same_question_gives_the_same_bytes(client):
    assert client.get("/v1/rankings?top=3").content == client.get("/v1/rankings?top=3").content


def test_the_worth_of_a_unit_is_said_with_reasons_and_without_debts(client):
    found = client.get("/v1/units/unit-0001/economics", params={"lang": "en"}).json()
    assert found["judged"]
    assert "debts_unknown" in found["gaps"]
    assert found["figures"]["net_jobs"]["value"] < found["figures"]["gross_jobs"]["value"]
    assert found["figures"]["npv_usd"] == {"value": None, "measure": "usd", "reason": "no_exchange_rate"}
    assert found["text"]["npv_usd"].startswith("not calculable")
    assert 0 <= found["draws"]["npv_positive"] <= 1
    assert found["origin"] == "synthetic"
    assert found["text"]["note"].startswith("Made with private fields unknown")


def test_a_unit_that_cannot_be_judged_has_no_figures_and_says_why(client):
    found = client.get("/v1/units/unit-0006/economics").json()
    assert (found["judged"], found["figures"]) == (False, {})
    assert "no_jobs" in found["gaps"]
    assert client.get("/v1/units/nobody/economics").status_code == 404
