"""A promoted file opens only when it is the one promoted, and never runs anything."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from pydantic import ValidationError
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from engine.errors import EhyaError, ErrorCode
from engine.scoring import artefact
from engine.scoring.artefact import HEADS, MODEL, load, save
from engine.scoring.document import read_document

PLAIN = {
    kind: json.loads(Path(__file__).with_name("documents").joinpath(f"{kind}.json").read_text(encoding="utf-8"))
    for kind in ("reported", "outcomes")
}
"""Documents as an earlier Ehya wrote them: the press model does not say its kind, neither has a drift reference."""

DOCUMENT = read_document(PLAIN["reported"], file="reported.json").changed(version="v1")
X = np.random.default_rng(0).normal(size=(200, 2))
Y = (X[:, 0] > 0).astype(int)


class _Runs:
    def __reduce__(self):
        return (Path.touch, (Path("ran"),))


def _refused(path: Path, code: ErrorCode, digest: str | None = None) -> None:
    content = path.read_bytes()
    with pytest.raises(EhyaError) as caught:
        load(path, digest=hashlib.sha256(content).hexdigest() if digest is None else digest)
    assert caught.value.code is code


def _plain(changes: dict | None) -> dict:
    return PLAIN[(changes or {}).get("kind", "reported")]


def _packed(path: Path, heads: bytes, changes: dict | None = None, **more: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MODEL, json.dumps({**_plain(changes), "format": artefact.FORMAT} | (changes or {})))
        archive.writestr(HEADS, heads)
        for name, content in more.items():
            archive.writestr(name, content)
    return path


def test_a_saved_model_comes_back_bit_for_bit(tmp_path):
    heads = {"boosting": HistGradientBoostingClassifier(max_iter=5).fit(X, Y), "line": LogisticRegression().fit(X, Y)}
    path = tmp_path / "deep" / "model.ehya"
    model = load(path, digest=save(path, heads, DOCUMENT))
    assert model.version == "v1"
    for name, head in heads.items():
        assert np.array_equal(model.heads[name].predict_proba(X), head.predict_proba(X))
    assert [each.name for each in path.parent.iterdir()] == ["model.ehya"]


def test_a_file_swapped_after_promotion_is_refused(tmp_path):
    path = tmp_path / "model.ehya"
    digest = save(path, {"line": LogisticRegression().fit(X, Y)}, DOCUMENT)
    save(path, {"line": LogisticRegression().fit(X, 1 - Y)}, DOCUMENT)
    _refused(path, ErrorCode.MODEL_CHANGED, digest)


def test_a_pickle_is_refused_and_does_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.ehya").write_bytes(pickle.dumps(_Runs()))
    _refused(tmp_path / "model.ehya", ErrorCode.NOT_A_MODEL)
    _refused(_packed(tmp_path / "inside.ehya", pickle.dumps(_Runs())), ErrorCode.NOT_A_MODEL)
    assert not (tmp_path / "ran").exists()


def test_a_type_from_elsewhere_is_refused(tmp_path):
    schema = {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "content": "system"}
    crafted = io.BytesIO()
    with zipfile.ZipFile(crafted, "w") as archive:
        archive.writestr("schema.json", json.dumps({"protocol": 2, "_skops_version": "0.16.0", **schema}))
    _refused(_packed(tmp_path / "a.ehya", crafted.getvalue()), ErrorCode.NOT_A_MODEL)


def test_a_type_that_is_not_on_our_list_is_refused_although_it_is_of_scikit_learn(tmp_path):
    forest = skops.io.dumps({"forest": RandomForestClassifier(2).fit(X, Y)})
    _refused(_packed(tmp_path / "a.ehya", forest), ErrorCode.NOT_A_MODEL)


@pytest.mark.parametrize(("field", "value"), [("left", 10**6), ("right", 0), ("feature_idx", 2), ("feature_idx", -1)])
def test_a_tree_that_points_outside_itself_is_refused(tmp_path, field, value):
    boosting = HistGradientBoostingClassifier(max_iter=3).fit(X, Y)
    boosting._predictors[1][0].nodes[field][0] = value
    _refused(_packed(tmp_path / "a.ehya", skops.io.dumps({"boosting": boosting})), ErrorCode.NOT_A_MODEL)


@pytest.mark.parametrize(
    "hidden",
    [
        lambda predictors: np.array(predictors, dtype=object),
        lambda predictors: [set(stage) for stage in predictors],
    ],
    ids=["array", "set"],
)
def test_a_tree_that_points_outside_itself_is_found_however_it_is_wrapped(tmp_path, hidden):
    boosting = HistGradientBoostingClassifier(max_iter=3).fit(X, Y)
    boosting._predictors[1][0].nodes["left"][0] = 10**6
    boosting._predictors = hidden(boosting._predictors)
    _refused(_packed(tmp_path / "a.ehya", skops.io.dumps({"boosting": boosting})), ErrorCode.NOT_A_MODEL)


def test_the_trees_of_a_hazard_may_read_the_period_behind_the_features_and_nothing_behind_it(tmp_path):
    """Their index is held against what the runtime gives that very head, not what the file says of itself."""
    timed = np.column_stack([X, np.arange(200) % 4])
    boosting = HistGradientBoostingClassifier(max_iter=3).fit(timed, np.arange(200) % 4 > 1)
    assert boosting._predictors[0][0].nodes["feature_idx"][0] == 2
    outcomes = {"kind": "outcomes"}
    path = _packed(tmp_path / "a.ehya", skops.io.dumps({"restart_trees": boosting}), outcomes)
    assert load(path, digest=hashlib.sha256(path.read_bytes()).hexdigest()).kind == "outcomes"
    for name, document in (("restart", outcomes), ("jobs_any", outcomes), ("restart_trees", {})):
        _refused(_packed(tmp_path / "b.ehya", skops.io.dumps({name: boosting}), document), ErrorCode.NOT_A_MODEL)
    boosting._predictors[0][0].nodes["feature_idx"][0] = 3
    crafted = skops.io.dumps({"restart_trees": boosting})
    _refused(_packed(tmp_path / "c.ehya", crafted, outcomes), ErrorCode.NOT_A_MODEL)


@pytest.mark.parametrize(("name", "value"), [("coef_", np.nan), ("intercept_", np.inf)])
def test_a_coefficient_that_is_no_number_is_refused(tmp_path, name, value):
    line = LogisticRegression().fit(X, Y)
    setattr(line, name, getattr(line, name) * value)
    _refused(_packed(tmp_path / "a.ehya", skops.io.dumps({"line": line})), ErrorCode.NOT_A_MODEL)


def test_a_figure_that_is_no_number_is_refused(tmp_path):
    line = skops.io.dumps({"line": LogisticRegression().fit(X, Y)})
    _refused(_packed(tmp_path / "a.ehya", line, {"metrics": {"brier": float("nan")}}), ErrorCode.NOT_A_MODEL)


def test_an_array_that_claims_more_than_the_memory_is_refused(tmp_path):
    claim = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (10**14,)}
    np.lib.format.write_array_header_1_0(claim, shape)
    whole = zipfile.ZipFile(io.BytesIO(skops.io.dumps({"line": LogisticRegression().fit(X, Y)})))
    crafted = io.BytesIO()
    with whole, zipfile.ZipFile(crafted, "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, claim.getvalue() if name.endswith(".npy") else whole.read(name))
    _refused(_packed(tmp_path / "a.ehya", crafted.getvalue()), ErrorCode.NOT_A_MODEL)


@pytest.mark.parametrize("module", ["sklearn.nowhere", "numpyish", "builtinsish.x"])
def test_a_module_that_is_not_there_is_refused(tmp_path, module):
    schema = {"__class__": "Thing", "__module__": module, "__loader__": "TypeNode"}
    crafted = io.BytesIO()
    with zipfile.ZipFile(crafted, "w") as archive:
        archive.writestr("schema.json", json.dumps({"protocol": 2, "_skops_version": "0.16.0", **schema}))
    _refused(_packed(tmp_path / "a.ehya", crafted.getvalue()), ErrorCode.NOT_A_MODEL)


@pytest.mark.parametrize("version", ["", "..", "../v1", "/etc", "a\\b", "a\0b"])
def test_a_version_that_leads_out_of_the_folder_has_no_model(version):
    with pytest.raises(EhyaError, match="no_model"):
        artefact.path_of(Path("models"), version)


def test_a_file_that_unpacks_to_far_more_than_it_is_is_refused(tmp_path):
    line = skops.io.dumps({"line": LogisticRegression().fit(X, Y)})
    bomb = {"card": {"text": "0" * 60_000_000}}
    _refused(_packed(tmp_path / "a.ehya", line, bomb), ErrorCode.NOT_A_MODEL)


def test_another_entry_another_format_and_a_missing_file_are_refused(tmp_path):
    line = skops.io.dumps({"line": LogisticRegression().fit(X, Y)})
    _refused(_packed(tmp_path / "a.ehya", line, more=b"x"), ErrorCode.NOT_A_MODEL)
    _refused(_packed(tmp_path / "b.ehya", line, {"format": 99}), ErrorCode.MODEL_FORMAT_OTHER)
    with pytest.raises(EhyaError, match="file_not_found"):
        load(tmp_path / "none.ehya", digest="")


def test_every_type_in_a_file_begins_with_sklearn_numpy_or_scipy(tmp_path, promoted_path):
    with zipfile.ZipFile(promoted_path) as outer:
        heads = outer.read(HEADS)
    with zipfile.ZipFile(io.BytesIO(heads)) as inner:
        modules = set(_modules(json.loads(inner.read("schema.json"))))
    assert modules
    assert all(module.startswith(("sklearn.", "numpy", "scipy.", "builtins")) for module in modules)


@pytest.fixture(scope="session")
def promoted_path(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.ehya"
    heads = {"boosting": HistGradientBoostingClassifier(max_iter=5).fit(X, Y), "line": LogisticRegression().fit(X, Y)}
    save(path, heads, DOCUMENT)
    return path


def _modules(node: object):
    if isinstance(node, dict):
        if node.get("__module__"):
            yield node["__module__"]
        for child in node.values():
            yield from _modules(child)
    elif isinstance(node, list):
        for child in node:
            yield from _modules(child)


@pytest.mark.parametrize("figure", ["1e999", "-1e999", "NaN", "Infinity"])
def test_a_figure_beyond_all_numbers_is_refused(tmp_path, figure):
    heads = skops.io.dumps({"line": LogisticRegression().fit(X, Y)})
    path = _packed(tmp_path / "a.ehya", heads, {"metrics": {"brier": "HERE"}})
    with zipfile.ZipFile(path) as archive:
        document = archive.read(MODEL).replace(b'"HERE"', figure.encode())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MODEL, document)
        archive.writestr(HEADS, heads)
    _refused(path, ErrorCode.NOT_A_MODEL)


def test_a_document_that_would_fill_the_memory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    """Ten bytes of JSON make two hundred of objects: the document has a limit of its own."""
    monkeypatch.setattr(artefact, "MOST_JSON_BYTES", 5000)
    monkeypatch.setattr(artefact.json, "loads", lambda *_, **__: pytest.fail("it was read"))
    rows = [[number] for number in range(1000)]
    _refused(_packed(tmp_path / "a.ehya", b"", {"metrics": {"rows": rows}}), ErrorCode.NOT_A_MODEL)


def test_a_document_nested_without_end_is_refused(tmp_path):
    path = tmp_path / "a.ehya"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MODEL, "[" * 200_000)
        archive.writestr(HEADS, b"")
    _refused(path, ErrorCode.NOT_A_MODEL)


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_model_that_is_a_link_to_another_place_is_refused(tmp_path):
    there, models = tmp_path / "elsewhere" / "model.ehya", tmp_path / "models"
    digest = save(there, {"line": LogisticRegression().fit(X, Y)}, DOCUMENT)
    (models / "v1").mkdir(parents=True)
    (models / "v1" / "model.ehya").symlink_to(there)
    (models / "v2").symlink_to(there.parent)
    for version in ("v1", "v2"):
        _refused(models / version / "model.ehya", ErrorCode.MODEL_IS_LINK, digest)
    # the folder of all models may stand on another disk
    (tmp_path / "disk").symlink_to(tmp_path, target_is_directory=True)
    assert load(tmp_path / "disk" / "elsewhere" / "model.ehya", digest=digest).version == "v1"


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_nothing_is_written_through_a_link(tmp_path):
    heads, mine, models = {"line": LogisticRegression().fit(X, Y)}, tmp_path / "mine.txt", tmp_path / "models"
    mine.write_text("mine", "utf-8")
    (models / "v1").mkdir(parents=True)
    (models / "v2").symlink_to(tmp_path)
    for name in ("model.ehya.part", "model.ehya"):
        (models / "v1" / name).symlink_to(mine)
    path = models / "v1" / "model.ehya"
    assert load(path, digest=save(path, heads, DOCUMENT)).version == "v1"
    with pytest.raises(EhyaError) as caught:
        save(models / "v2" / "model.ehya", heads, DOCUMENT)
    assert caught.value.code is ErrorCode.MODEL_IS_LINK
    assert mine.read_text("utf-8") == "mine"
    assert not (tmp_path / "model.ehya").exists()


def test_a_document_of_an_earlier_ehya_opens_and_is_written_as_it_was(tmp_path):
    for kind, plain in PLAIN.items():
        path = _packed(tmp_path / f"{kind}.ehya", skops.io.dumps({}), {"kind": kind} if kind == "outcomes" else None)
        document = load(path, digest=hashlib.sha256(path.read_bytes()).hexdigest()).document
        assert document.kind == kind
        assert document.drift_reference is None
        assert document.plain() == json.loads(json.dumps(plain), object_hook=_with_spans)


def _with_spans(node: dict) -> dict:
    """The same with tuples where the typed document has them: JSON knows lists alone."""
    spans = {"ranges": lambda each: {name: tuple(ends) for name, ends in each.items()}}
    lists = {"features": tuple, "design": tuple}
    return {name: {**spans, **lists}.get(name, lambda each: each)(each) for name, each in node.items()}


def test_a_section_that_another_ehya_added_is_passed_over(tmp_path):
    path = _packed(tmp_path / "a.ehya", skops.io.dumps({}), {"tomorrow": {"any": 1}})
    assert "tomorrow" not in load(path, digest=hashlib.sha256(path.read_bytes()).hexdigest()).document.plain()


@pytest.mark.parametrize(
    ("kind", "where", "value", "place"),
    [
        ("reported", ("promoted", "status_refits"), [[0.0], [0.0, 1.0]], "promoted.status_refits"),
        ("reported", ("promoted", "design"), [{"column": "a"}], "promoted.design.0.levels"),
        ("reported", ("held_out", "Gilan", "sample_rate"), 2.0, "held_out.Gilan.sample_rate"),
        ("reported", ("population", "restart", "a"), "20", "population.restart.a"),
        ("reported", ("promoted", "jobs", "residuals"), ["1.0"], "promoted.jobs.residuals"),
        ("reported", ("promoted", "jobs", "new"), 1, "promoted.jobs.new"),
        ("outcomes", ("hazards", "restart", "link"), "probit", "hazards.restart.link"),
        ("outcomes", ("hazards", "end", "refits"), None, "hazards.end.refits"),
        ("outcomes", ("hazards", "capacity", "prior", "a"), -1.0, "hazards.capacity.prior.prior.a"),
        ("outcomes", ("jobs", "ratio"), {}, "jobs.ratio.overall"),
        ("outcomes", ("ranges", "a"), [0.0], "ranges.a.1"),
        ("outcomes", ("kind",), "other", "kind"),
    ],
)
def test_a_malformed_document_is_refused_with_its_place(tmp_path, kind, where, value, place):
    broken = copy.deepcopy(PLAIN[kind])
    part = broken
    for name in where[:-1]:
        part = part[name]
    part[where[-1]] = value
    path = tmp_path / "a.ehya"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MODEL, json.dumps({**broken, "format": artefact.FORMAT}))
        archive.writestr(HEADS, skops.io.dumps({}))
    with pytest.raises(EhyaError) as caught:
        load(path, digest=hashlib.sha256(path.read_bytes()).hexdigest())
    assert caught.value.code is ErrorCode.NOT_A_MODEL
    assert caught.value.facts == {"given": "a.ehya", "place": place}


def test_what_we_write_has_no_field_that_nobody_knows():
    with pytest.raises(ValidationError, match="extra_forbidden"):
        DOCUMENT.changed(colour="red")


def test_a_document_cannot_be_changed_in_place():
    with pytest.raises(ValidationError, match="frozen"):
        DOCUMENT.version = "v2"
    with pytest.raises(ValueError, match="read-only"):
        DOCUMENT.promoted.status[0] = 1.0
