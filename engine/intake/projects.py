"""Tell a table of projects from one of idle units, where a heading alone says too little."""

from __future__ import annotations

from dataclasses import replace

from engine.domain.unit import Field, Status
from engine.intake.distinct import Columns
from engine.intake.header import Column, Header
from engine.intake.phrases import read_status
from engine.parsing.rejection import Refusal, Remarked

_OF_IDLENESS = {Field.STOPPED_ON, Field.IDLE_MONTHS, Field.STOP_CAUSES, Field.JOBS_BEFORE_STOP, Field.CAPACITY_SHARE}
_OF_EITHER = {Field.JOBS_BEFORE_STOP, Field.JOBS_NOW, Field.CAPITAL_NEEDED_RIAL}
_STANDING = {Status.IDLE.value, Status.SEMI_ACTIVE.value, Status.LIQUIDATED.value}


def without_unsure(header: Header, columns: Columns) -> Header:
    """Leave «اشتغال» and «سرمایه گذاری» unread in a table whose statuses say that it is none of idle units.

    In a list of idle units the jobs are former ones and the investment is needed; in a list of projects the jobs are
    promised and the investment may have been made.

    Parameters
    ----------
    header
        The header of a sheet.
    columns
        Cells below it.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = Columns(pd.DataFrame([["A", "under construction", 5]], index=[1], dtype=object))
    >>> named = (Column(0, ("Name",), "Name", "name"), Column(1, ("Status",), "Status", "status"))
    >>> header = Header(0, 0, (*named, Column(2, ("Jobs",), "Jobs", "jobs_before_stop", sure=False)))
    >>> [column.field for column in without_unsure(header, cells).columns]
    ['name', 'status', None]
    """
    named = {column.field: column for column in header.columns if column.field is not None and column.sure}
    unsure = [column for column in header.columns if column.field in _OF_EITHER and not column.sure]
    if (
        not unsure
        or Field.STATUS not in named
        or _OF_IDLENESS & set(named)
        or _some_stand(columns, named[Field.STATUS])
    ):
        return header
    left = (
        replace(column, field=None, nearest=column.field) if column in unsure else column for column in header.columns
    )
    return Header(header.first, header.last, tuple(left))


def _some_stand(columns: Columns, status: Column) -> bool:
    read = [read_status(cell) for cell in columns[status.position].cells.to_numpy(dtype=object)]
    told = [one.reading if isinstance(one, Remarked) else one for one in read if not isinstance(one, Refusal)]
    return not read or any(one in _STANDING for one in told)
