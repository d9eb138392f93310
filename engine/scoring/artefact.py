"""Open and write a promoted model: one file of fitted scikit-learn estimators and JSON, no class of ours."""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.scoring.document import OUTCOMES, Document, read_document
from engine.scoring.sections import Population

FORMAT = 2

TREES = "_trees"
"""Behind the name of a hazard: the boosting beside its line."""

_SCHEMA, _UNIX = "schema.json", 3
"""Of a skops archive; what the directory of a zip calls the system that wrote it, whichever it was."""

HEADS = "heads.skops"
MODEL = "model.json"
TRUSTED = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor", "numpy.dtype")
"""Types that skops does not know by itself and that we allow; the file has no say in it. A dtype, which imputers keep,
is read from an empty array without pickle."""

PACKAGES = frozenset({"sklearn", "numpy", "scipy", "builtins"})
"""Where every type in a file must come from."""

MOST_BYTES = 512 * 2**20
MOST_ENTRIES = 20_000
MOST_RATIO = 400
"""Limits on what a file may unpack to: bytes in all, entries, and bytes unpacked per byte packed (assumed: an honest
model of 200 trees unpacks to 2 MB in 50 entries at a ratio of 10)."""

MOST_JSON_BYTES = 32 * 2**20
"""Of the document: as objects, JSON takes some twenty times its bytes (honest documents measured have .6 to 2 MB)."""


@dataclass(frozen=True, slots=True)
class Model:
    """A promoted model, ready to score.

    Parameters
    ----------
    heads
        Fitted scikit-learn estimators by name.
    document
        Everything else: version, schema, fitted tables, design, draws, priors, metrics, card.
    digest
        sha256 of the file it came from, in hexadecimal digits; empty for a model not yet written.
    """

    heads: Mapping[str, Any]
    document: Document
    digest: str = ""

    @property
    def version(self) -> str:
        """Name of this model."""
        return self.document.version

    @property
    def kind(self) -> str:
        """``reported`` or ``outcomes``."""
        return self.document.kind

    @property
    def data_until(self) -> pd.Timestamp:
        """Last day whose facts the training could see."""
        return pd.Timestamp(self.document.data_until)

    @property
    def schema(self) -> dict[str, Any]:
        """Schema of the features, as plain values for ``features``."""
        return dict(self.document.feature_schema)

    @property
    def fitted(self) -> dict[str, Any]:
        """Fitted tables of the features, as plain values for ``features``."""
        return dict(self.document.fitted)

    @property
    def features(self) -> tuple[str, ...]:
        """Columns of the matrix, in order."""
        return self.document.features

    @property
    def metrics(self) -> dict[str, Any]:
        """Figures measured out of fold when the model was trained."""
        return dict(self.document.metrics)

    @property
    def card(self) -> dict[str, Any]:
        """Model card."""
        return dict(self.document.card)

    @property
    def population(self) -> Population:
        """Official counts behind the priors.

        Raises
        ------
        EhyaError
            ``not_a_model`` when the model has none.
        """
        if self.document.population is None:
            raise EhyaError(ErrorCode.NOT_A_MODEL, given=self.version, place="population")
        return self.document.population


def path_of(models: Path, version: str) -> Path:
    """Where a model of this version stands.

    Raises
    ------
    EhyaError
        ``no_model`` when the version would lead out of the folder.

    Examples
    --------
    >>> path_of(Path("models"), "20250101-1a2b3c4d").as_posix()
    'models/20250101-1a2b3c4d/model.ehya'
    """
    if version in ("", ".", "..") or any(letter in version for letter in "/\\\0"):
        raise EhyaError(ErrorCode.NO_MODEL, given=version)
    return models / version / "model.ehya"


def save(path: Path, heads: Mapping[str, Any], document: Document) -> str:
    """Write a model file whole or not at all.

    Parameters
    ----------
    path
        Where to; folders are made.
    heads
        Fitted scikit-learn estimators by name.
    document
        Its typed sections; the file has the number of its format beside them.

    Returns
    -------
    str
        sha256 of the file in hexadecimal digits: keep it apart from the file.

    Raises
    ------
    EhyaError
        ``model_is_link`` when the folder is a link: nothing is written outside of the workspace.
    """
    told = json.dumps({**document.plain(), "format": FORMAT}, ensure_ascii=False, allow_nan=False)
    content = _zipped(
        {MODEL: told.encode(), HEADS: without_addresses(skops.io.dumps(dict(heads)))}, zipfile.ZIP_DEFLATED
    )
    write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def without_addresses(dumped: bytes) -> bytes:
    """What skops wrote, with objects numbered in their order and no time: equal estimators give equal bytes.

    skops names objects, and the files of their arrays, by their place in memory.

    Parameters
    ----------
    dumped
        Of ``skops.io.dumps``.

    Examples
    --------
    >>> import numpy as np
    >>> once, again = (without_addresses(skops.io.dumps({"line": np.arange(3.0)})) for _ in range(2))
    >>> once == again, skops.io.loads(once)["line"].tolist()
    (True, [0.0, 1.0, 2.0])
    """
    with zipfile.ZipFile(io.BytesIO(dumped)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    numbers: dict[str, int] = {}

    def numbered(part: Any) -> Any:
        if isinstance(part, list):
            return [numbered(each) for each in part]
        if not isinstance(part, dict):
            return part
        place = str(part.get("__id__", ""))
        if place:
            numbers.setdefault(place, len(numbers) + 1)
        return {
            name: numbers[place]
            if name == "__id__"
            else renamed(each)
            if name == "file" and isinstance(each, str)
            else numbered(each)
            for name, each in part.items()
        }

    def renamed(file: str) -> str:
        stem, dot, suffix = file.partition(".")
        return f"{numbers.setdefault(stem, len(numbers) + 1)}{dot}{suffix}"

    schema = json.dumps(numbered(json.loads(files.pop(_SCHEMA)))).encode()
    arrays = {renamed(name): content for name, content in files.items()}
    ordered = dict(sorted(arrays.items(), key=lambda each: int(each[0].partition(".")[0])))
    return _zipped({**ordered, _SCHEMA: schema}, zipfile.ZIP_STORED)


def _zipped(files: Mapping[str, bytes], compression: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in files.items():
            line = zipfile.ZipInfo(name)  # its time is 1980, that of no clock
            line.compress_type, line.create_system = compression, _UNIX
            archive.writestr(line, content)
    return packed.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and never through a link that somebody laid in its place.

    Parameters
    ----------
    path
        Where to; folders are made.
    content
        Its bytes.

    Raises
    ------
    EhyaError
        ``model_is_link`` when the folder is a link, ``file_not_written`` when the disk is full and the like.
    """
    if path.parent.is_symlink():
        raise EhyaError(ErrorCode.MODEL_IS_LINK, given=path.parent.name)
    with replacing(path, through_links=False) as beside, beside.open("xb") as file:
        file.write(content)


def load(path: Path | str, *, digest: str) -> Model:
    """Open a promoted model file and check it.

    Parameters
    ----------
    path
        The file.
    digest
        sha256 that was recorded when the model was promoted.

    Returns
    -------
    Model
        Nothing of the file has run: skops builds objects of allowed types only.

    Raises
    ------
    EhyaError
        ``model_is_link`` when the file or its folder only points elsewhere; ``file_not_found``; ``model_changed`` when
        the file is not the one promoted; ``not_a_model`` when it is no model, is too big when unpacked, or holds a type
        or a tree we do not accept, with the ``place`` where: an entry of the file, or a field of its document;
        ``model_format_other`` when it was written by an Ehya with another format.
    """
    return opened(content_of(path, digest=digest), digest, Path(path).name)


def content_of(path: Path | str, *, digest: str) -> bytes:
    """Bytes of a promoted model file, which are those that were promoted; raises as ``load``."""
    path = Path(path)
    _refuse_link(path)
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=path.name)
    if path.stat().st_size > MOST_BYTES:
        raise EhyaError(ErrorCode.NOT_A_MODEL, given=path.name, place="size")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise EhyaError(ErrorCode.MODEL_CHANGED, given=path.name, digest=found, expected=digest)
    return content


def opened(content: bytes, digest: str, file: str) -> Model:
    """The model in the bytes of a file; raises as ``load``, with the file's name."""
    try:
        return _open(content, digest, file)
    except EhyaError:
        raise
    except Exception as error:  # a file made to harm may raise anything, at worst MemoryError; it is no model
        raise EhyaError(ErrorCode.NOT_A_MODEL, given=file, place=HEADS) from error


def _refuse_link(path: Path) -> None:
    """What the workspace says is in it must be in it: a link shows another file to whoever copies or backs it up."""
    for part in (path, path.parent):
        if part.is_symlink():
            raise EhyaError(ErrorCode.MODEL_IS_LINK, given=part.name)


def _open(content: bytes, digest: str, file: str) -> Model:
    document, packed = _unpacked(content, file)
    with _archive(packed) as archive:
        _check_modules(json.loads(archive.read("schema.json")))
    heads = skops.io.loads(packed, trusted=list(TRUSTED))
    for name, head in heads.items():
        _check_trees(head, _inputs(document, name))
    _check_lines(heads)
    return Model(heads=heads, document=document, digest=digest)


def _unpacked(content: bytes, file: str) -> tuple[Document, bytes]:
    """Document and packed heads of a model file."""
    try:
        with _archive(content) as archive:
            if sorted(archive.namelist()) != sorted((HEADS, MODEL)):
                raise ValueError("entries")
            if archive.getinfo(MODEL).file_size > MOST_JSON_BYTES:
                raise ValueError("size")
            raw = json.loads(archive.read(MODEL), parse_constant=_no_number, parse_float=_number)
            packed = archive.read(HEADS)
        written_as = raw["format"]
    except Exception as error:  # a file made to harm may raise anything, at worst MemoryError; it is no model
        raise EhyaError(ErrorCode.NOT_A_MODEL, given=file, place=MODEL) from error
    if written_as != FORMAT and isinstance(written_as, int):
        raise EhyaError(ErrorCode.MODEL_FORMAT_OTHER, given=written_as, allowed=FORMAT)
    if written_as != FORMAT:
        raise EhyaError(ErrorCode.NOT_A_MODEL, given=file, place="format")
    return read_document(raw, file=file), packed


def _archive(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES or unpacked > MOST_RATIO * max(len(content), 1):
        archive.close()
        raise ValueError("size")
    return archive


def _check_modules(node: object) -> None:
    if isinstance(node, dict):
        module = node.get("__module__")
        if module is not None and str(module).partition(".")[0] not in PACKAGES:
            raise ValueError(f"type of {module}")
        for child in node.values():
            _check_modules(child)
    elif isinstance(node, list):
        for child in node:
            _check_modules(child)


def _no_number(constant: str) -> None:
    raise ValueError(constant)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):  # 1e999 is JSON, and infinite
        raise ValueError(text)
    return value


def _check_lines(heads: object) -> None:
    for part in _parts(heads):
        for name in ("coef_", "intercept_"):
            if not np.isfinite(getattr(part, name, 0.0)).all():
                raise ValueError(name)


def _inputs(document: Document, head: str) -> int:
    """Columns that the runtime gives a head: the trees of a hazard get the number of the period behind the features."""
    timed = document.kind == OUTCOMES and head.endswith(TREES)
    return len(document.features) + timed


def _check_trees(heads: object, features: int) -> None:
    for tree in (part for part in _parts(heads) if isinstance(part, TreePredictor)):
        nodes = tree.nodes
        inner = nodes[nodes["is_leaf"] == 0]
        own = np.flatnonzero(nodes["is_leaf"] == 0)
        children = np.stack([inner["left"].astype(np.int64), inner["right"].astype(np.int64)])
        # Children stand behind their parent, so a tree that passes has no cycle.
        if len(nodes) == 0 or (children <= own).any() or (children >= len(nodes)).any():
            raise ValueError("tree")
        if (
            (inner["feature_idx"] < 0).any()
            or (inner["feature_idx"] >= features).any()
            or inner["is_categorical"].any()
        ):
            raise ValueError("tree")


def _parts(node: object) -> Iterator[object]:
    """Every object of scikit-learn inside, however it is wrapped."""
    if isinstance(node, dict):
        children: Iterable[object] = node.values()
    elif isinstance(node, (list, tuple, set, frozenset)):
        children = node
    elif isinstance(node, np.ndarray) and node.dtype == object:
        children = node.flat
    elif type(node).__module__.startswith("sklearn.") and hasattr(node, "__dict__"):
        yield node
        children = vars(node).values()
    else:
        return
    for child in children:
        yield from _parts(child)
