"""Questions that were handed out, and answers that came back: tables of the workspace, checked whole.

What writes here reads first: who calls it lets nobody else write meanwhile (`serving.desk.workspace.alone`).
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import pandas as pd

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing

QUESTION_COLUMNS = ["panel", "number", "first", "second"]
ANSWER_COLUMNS = ["expert", "panel", "number", "output", "answer"]
_QUESTION = ["expert", "panel", "number", "output"]
TURN_COLUMNS = ["turn", *_QUESTION, "before", "after"]
"""What was taken at once: the answer that stood before (empty: none), and the one that was left."""
OUTPUTS = ("restart", "jobs")

EXPERT = re.compile(r"[A-Za-z]{1,3}[0-9]{1,4}")
"""An expert is a code and never a name."""


class PanelAnswer(Code):
    """What an expert says of a pair."""

    FIRST_MUCH = "first_much"
    FIRST = "first"
    EQUAL = "equal"
    SECOND = "second"
    SECOND_MUCH = "second_much"


def questions(folder: Path) -> pd.DataFrame:
    """All pairs that were ever handed out, columns ``QUESTION_COLUMNS``."""
    return _read(folder / "questions.csv", QUESTION_COLUMNS)


def answers(folder: Path) -> pd.DataFrame:
    """All answers that were taken, columns ``ANSWER_COLUMNS``; blank ones are not among them."""
    return _read(folder / "answers.csv", ANSWER_COLUMNS)


def hand_out(folder: Path, panel: str, pairs: list[tuple[str, str]]) -> pd.DataFrame:
    """Keep the pairs of a panel; a panel that is there already is kept as it is.

    Returns
    -------
    pandas.DataFrame
        Its pairs, columns ``QUESTION_COLUMNS``, numbered from 1.
    """
    made = pd.DataFrame(
        [(panel, number, first, second) for number, (first, second) in enumerate(pairs, start=1)],
        columns=QUESTION_COLUMNS,
    )
    before = questions(folder)
    _write(folder / "questions.csv", pd.concat([before[before["panel"] != panel], made]))
    return made


def check_sheet(asked: pd.DataFrame, sheet: pd.DataFrame, *, file: str) -> None:
    """Hold a sheet that came back against what was handed out.

    Parameters
    ----------
    asked
        All pairs ever handed out.
    sheet
        ``expert, panel, number, first, second, output, answer`` of one file; ``answer`` is missing where left blank.
    file
        Its name, for the errors.

    Raises
    ------
    EhyaError
        ``panel_expert_unreadable`` for a name in place of a code; ``panel_unknown``; ``panel_pairs_missing``,
        ``panel_pair_unknown`` and ``panel_pair_altered`` with the numbers of the pairs.
    """
    expert, panel = (str(sheet[name].iloc[0]) if len(sheet) else "" for name in ("expert", "panel"))
    experts = sheet["expert"].astype("str").unique().tolist()
    if not EXPERT.fullmatch(expert) or len(experts) > 1:
        raise EhyaError(ErrorCode.PANEL_EXPERT_UNREADABLE, given=", ".join(experts), file=file)
    own = asked[asked["panel"] == panel]
    if own.empty:
        raise EhyaError(ErrorCode.PANEL_UNKNOWN, given=panel, file=file)
    # a row of another panel would be held against nothing, and its answer taken for one of this
    if strangers := sorted(set(sheet.loc[sheet["panel"].astype("str") != panel, "number"].astype(int))):
        raise EhyaError(ErrorCode.PANEL_PAIR_ALTERED, given=strangers, file=file)
    there = {(int(number), output) for number, output in zip(sheet["number"], sheet["output"], strict=True)}
    wanted = {(int(number), output) for number in own["number"] for output in OUTPUTS}
    if strange := sorted({number for number, _ in there - wanted}):
        raise EhyaError(ErrorCode.PANEL_PAIR_UNKNOWN, given=strange, file=file)
    if missing := sorted({number for number, _ in wanted - there}):
        raise EhyaError(ErrorCode.PANEL_PAIRS_MISSING, given=missing, file=file)
    both = sheet.merge(own, on=["panel", "number"], suffixes=("", "_asked"))
    other = (both["first"] != both["first_asked"]) | (both["second"] != both["second_asked"])
    if other.any() or sheet.duplicated(["number", "output"]).any():
        twice = sheet.loc[sheet.duplicated(["number", "output"]), "number"]
        given = sorted({*both.loc[other, "number"].astype(int), *twice.astype(int)})
        raise EhyaError(ErrorCode.PANEL_PAIR_ALTERED, given=given, file=file)


def keep(folder: Path, sheets: list[pd.DataFrame]) -> pd.DataFrame:
    """Keep the answers of sheets that were checked; an expert's newer answers stand in place of older ones.

    Returns
    -------
    pandas.DataFrame
        All answers that are kept now, columns ``ANSWER_COLUMNS``.
    """
    new = pd.concat(sheets)[ANSWER_COLUMNS].dropna(subset=["answer"])
    stood = answers(folder)
    kept = pd.concat([stood, new]).drop_duplicates(_QUESTION, keep="last")
    kept = kept.sort_values(_QUESTION, kind="stable", ignore_index=True)
    if len(new):
        _remember(folder, stood, new)  # first: an answer that no turn knows could never be taken back
    _write(folder / "answers.csv", kept)
    return kept


def _remember(folder: Path, stood: pd.DataFrame, new: pd.DataFrame) -> None:
    """Keep what stood before, so that what was taken last can be taken back."""
    mark = secrets.token_hex(8)  # never used again: what was taken back leaves no name for what comes after it
    left = new.drop_duplicates(_QUESTION, keep="last").astype({"number": "int64"}).rename(columns={"answer": "after"})
    before = left.merge(
        stood.astype({"number": "int64"}).rename(columns={"answer": "before"}), on=_QUESTION, how="left"
    ).fillna({"before": ""})
    _write(folder / "turns.csv", pd.concat([_turns(folder), before.assign(turn=mark)[TURN_COLUMNS]]))


def last_kept(folder: Path) -> tuple[str, pd.DataFrame] | None:
    """What was taken last and can be taken back: its mark, and its questions (``expert, panel, number, output``)."""
    turns = _turns(folder)
    if turns.empty:
        return None
    mark = str(turns["turn"].iloc[-1])
    return mark, turns[turns["turn"] == mark].reset_index(drop=True)


def take_back(folder: Path, mark: str) -> pd.DataFrame | None:
    """Take back what was taken last: answers that it replaced stand again; ``None`` where it is not the last any more.

    An answer that is not the one it left is somebody else's by now, and stays.

    Parameters
    ----------
    folder
        Of the panel.
    mark
        As `last_kept` gives it.

    Returns
    -------
    pandas.DataFrame
        All answers that are kept now, columns ``ANSWER_COLUMNS``.
    """
    turns = _turns(folder)
    if turns.empty or str(turns["turn"].iloc[-1]) != mark:
        return None
    last = turns["turn"] == mark
    now = answers(folder).merge(turns.loc[last, [*_QUESTION, "before", "after"]], on=_QUESTION, how="left")
    now["answer"] = now["answer"].where(now["answer"] != now["after"], now["before"])
    kept = now.loc[now["answer"] != "", ANSWER_COLUMNS].reset_index(drop=True)
    _write(folder / "answers.csv", kept)
    _write(folder / "turns.csv", turns[~last])
    return kept


def _turns(folder: Path) -> pd.DataFrame:
    """What was taken at once, columns ``TURN_COLUMNS``; a turn that does not say what it left cannot be taken back."""
    path = folder / "turns.csv"
    if path.is_file() and not path.read_bytes().split(b"\n", 1)[0].strip().endswith(b"after"):
        return pd.DataFrame(columns=TURN_COLUMNS)
    return _read(path, TURN_COLUMNS)


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame(columns=columns)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        return table[columns].assign(number=table["number"].astype("int64"))
    except (OSError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=path.name) from error


def _write(path: Path, table: pd.DataFrame) -> None:
    with replacing(path) as beside:
        table.to_csv(beside, index=False)
