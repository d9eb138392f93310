"""The study of investors' histories: its figures by hand, and its command on made-up records."""

import json

import numpy as np
import pandas as pd
import pytest

from experiments.investor_history.run import figures, main
from experiments.investor_history.tables import days, read_history


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Synthetic: 40 investors who each keep to one of four sectors and one of three states."""
    folder = tmp_path_factory.mktemp("history")
    random = np.random.default_rng(1)
    names = [f"c{n}" for n in range(400)]
    sector, state = random.integers(0, 4, 400), random.integers(0, 3, 400)
    raised = pd.Timestamp("2008-01-01") + pd.to_timedelta(random.integers(0, 1700, 400), unit="D")
    companies = pd.DataFrame({
        "name_key": names, "category_code": [f"s{n}" for n in sector], "state_code": [f"t{n}" for n in state],
        "region": [f"r{n}" for n in state], "city": None, "founded_at": raised - pd.Timedelta(days=400),
    })  # fmt: skip
    rounds = pd.DataFrame({
        "name_key": names, "funded_at": raised, "funding_round_type": "series-a",
        "raised_amount_usd": 10.0 ** random.normal(6, 0.5, 400),
    })  # fmt: skip
    rows = []
    for company in range(400):
        alike = [one for one in range(40) if one % 4 == sector[company] and one % 3 == state[company]]
        rows += [(f"i{one}", names[company], raised[company]) for one in alike if random.random() < 0.7]
    investments = pd.DataFrame(rows, columns=["investor_key", "name_key", "funded_when"])
    investments = investments.merge(rounds.drop(columns="funded_at"), on="name_key").assign(amount_usd=np.nan)
    paths = {}
    for name, frame in (("investments", investments), ("rounds", rounds), ("companies", companies)):
        frame.to_parquet(paths.setdefault(name, folder / f"{name}.parquet"))
    return paths


def arguments(files, *more):
    named = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    return [*named, "--cutoff", "2011-06-01", "--until", "2012-06-01", "--windows", "1", "--forests", "1", *more]


def test_the_command_writes_every_figure_and_finds_what_was_put_in(files, tmp_path, capsys):
    assert main(arguments(files, "--out", str(tmp_path / "out.json"))) == 0
    found = json.loads((tmp_path / "out.json").read_text())
    for key in ("deal", "deal_no_size", "cold", "warm", "reverse", "reverse_no_size", "peers", "baselines"):
        assert key in found
    assert found["deal"]["ndcg_10"] > 0.4
    assert found["deal"]["ndcg_10_low"] <= found["deal"]["ndcg_10"] <= found["deal"]["ndcg_10_high"]
    assert found["reverse"]["ndcg_10"] > found["baselines"]["reverse_popularity"]["ndcg_10"]
    assert found["deal"]["ndcg_10"] > found["baselines"]["popularity"]["ndcg_10"]
    assert found["cold"]["n"] == found["investors"]  # each company raises once: nobody was funded before
    assert "peer: item_knn" in capsys.readouterr().out


def test_a_company_is_judged_by_its_first_round_and_counts_once_an_investor(files):
    history = read_history(*([files[name]] for name in ("investments", "rounds", "companies")))
    twice = read_history(*([files[name]] * 2 for name in ("investments", "rounds", "companies")))
    assert len(history.deals.day) == len(twice.deals.day)
    begin, end = (int(day) for day in days(pd.Series(pd.to_datetime(["2011-06-01", "2012-06-01"]))))
    offers, company = history.offers(begin, end)
    assert len(offers) == len(set(company))
    who = history.experienced(begin, 3)
    joined = history.joined(who, company, begin, end)
    deals = history.deals
    inside = (deals.day >= begin) & (deals.day < end) & np.isin(deals.investor, who)
    assert joined.sum() == inside.sum()


def test_ranks_are_judged_as_by_hand():
    scores = np.array([[4.0, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 1.0]])
    chosen = np.array([[True, False, True, False], [True, False, False, False], [False] * 4])
    found = figures(scores, chosen, np.random.default_rng(0))
    first = (1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    second = 1 / np.log2(5)
    assert found["n"] == 2  # who joins nothing is not judged
    assert found["ndcg_10"] == pytest.approx((first + second) / 2, abs=1e-4)
    assert found["mrr"] == pytest.approx((1 + 1 / 4) / 2)
    assert found["recall_50"] == 1.0


def test_a_file_without_its_columns_is_refused_in_one_sentence(files, tmp_path):
    from engine.errors import EhyaError

    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "odd.parquet")
    with pytest.raises(EhyaError) as refusal:
        main(arguments(files | {"rounds": tmp_path / "odd.parquet"}))
    assert refusal.value.facts["given"] == ["name_key", "funded_at", "funding_round_type", "raised_amount_usd"]
    with pytest.raises(EhyaError):
        main(arguments(files | {"rounds": tmp_path / "none.parquet"}))
