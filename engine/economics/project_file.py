"""A project as a person states it in YAML: read, checked key by key, and turned into a plan by year."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from engine.economics.account import Account, ProjectJobs, Standards, account
from engine.economics.additionality import net_jobs
from engine.economics.loans import GraceInterest, Loan, LoanForm
from engine.economics.project import Asset, Cost, Project, TaxRule
from engine.economics.years import Array
from engine.errors import EhyaError, ErrorCode

YEARS_AT_MOST = 60
"""Years of a plan at most."""

_UNITS = {"rial": 1.0, "million rial": 1e6, "billion rial": 1e9}


def _row(value: object) -> object:
    return value if isinstance(value, list) else [value]


_Row = Annotated[list[Annotated[float, Field(allow_inf_nan=False)]], BeforeValidator(_row), Field(min_length=1)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Rate = Annotated[float, Field(gt=-1, le=10)]
_WholeYears = Annotated[int, Field(ge=0, le=YEARS_AT_MOST)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StatedAsset(_Strict):
    """What is bought: ``spent`` today, or in each year from today on; ``written_off`` is a table of its own by year."""

    spent: _Row
    life_years: Annotated[float, Field(gt=0)] | None = None
    residual: Annotated[float, Field(ge=0)] = 0.0
    first_year: _WholeYears = 0
    written_off: _Row | None = None


class StatedCost(_Strict):
    """A class of cost: of each year from the first on, or of each year from today on."""

    rial: _Row
    fixed_share: _Share = 0.0
    hard_currency_share: _Share = 0.0
    bought: bool = True


class StatedLoan(_Strict):
    """A loan: ``drawn`` today, or in each year from today on. ``share_of_first_year`` bears interest."""

    drawn: _Row
    rate: _Rate
    grace_years: _WholeYears = 0
    years: Annotated[int, Field(ge=1, le=YEARS_AT_MOST)]
    form: LoanForm = LoanForm.EQUAL_PRINCIPAL
    in_grace: GraceInterest = GraceInterest.PAID
    share_of_first_year: _Share = 0.0


class StatedTax(_Strict):
    """Tax on profits."""

    rate: _Share = 0.0
    holiday_years: _WholeYears = 0
    loss_years: _WholeYears | None = None
    refunded: bool = False


class StatedJobs(_Strict):
    """Jobs of the project, persons."""

    gross: Annotated[float, Field(ge=0)]
    net: Annotated[float, Field(ge=0)] | None = None


class StatedProject(_Strict):
    """A project as it stands in a file. Money in the unit that ``money`` names.

    A row of years may be a single number: what is spent or drawn then falls today, all else in every year from the
    first on. A shorter row goes on with its last number, but for what is spent or drawn, of which nothing more follows.
    A loan called ``capital_loan`` counts as public money.
    """

    name: str
    years: Annotated[int, Field(ge=1, le=YEARS_AT_MOST)]
    sales: _Row
    investment: Annotated[dict[str, StatedAsset], Field(min_length=1)]
    costs: dict[str, StatedCost] = Field(default_factory=dict)
    working_capital: _Row = Field(default_factory=lambda: [0.0])
    loans: dict[str, StatedLoan] = Field(default_factory=dict)
    tax: StatedTax = Field(default_factory=StatedTax)
    equity: _Row | None = None
    without: _Row = Field(default_factory=lambda: [0.0])
    export_share: _Share = 0.0
    inflation: _Rate = 0.0
    real_rate: _Rate | None = None
    rial_per_usd: Annotated[float, Field(gt=0)] | None = None
    collateral: Annotated[float, Field(ge=0)] | None = None
    jobs: StatedJobs | None = None
    price_year: int | None = None
    money: Literal["rial", "million rial", "billion rial"] = "rial"

    @property
    def unit(self) -> float:
        """Rial of one unit of the file's money."""
        return _UNITS[self.money]


def read_project(source: Path) -> StatedProject:
    """Read a project file.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, and what :func:`check_project` raises.
    """
    if not source.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(source))
    try:
        text = source.read_text("utf-8-sig")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):  # a few unfold into gigabytes
            raise EhyaError(ErrorCode.FILE_UNREADABLE, given=str(source), reason="aliases (*name) are not allowed here")
        stated = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=str(source), reason=str(error)) from error
    if not isinstance(stated, Mapping):
        raise EhyaError(ErrorCode.FILE_WITHOUT_KEYS, given=str(source), allowed=list(StatedProject.model_fields))
    return check_project(stated)


def check_project(stated: object) -> StatedProject:
    """Check a mapping that states a project.

    Raises
    ------
    EhyaError
        ``project_key_unknown`` with the nearest keys, ``project_key_missing``, ``project_value_refused`` for a value
        that cannot be, rows longer than the plan, or an investment of nil or less.

    Examples
    --------
    >>> mill = check_project({"name": "mill", "years": 2, "sales": 60, "investment": {"machines": {"spent": 100}}})
    >>> plan(mill).sales.tolist()
    [0.0, 60.0, 60.0]
    >>> check_project({"name": "mill", "years": 2, "sails": 60})
    Traceback (most recent call last):
    ...
    engine.errors.EhyaError: project_key_unknown: given='sails' allowed=['sales', ...]
    """
    if not isinstance(stated, Mapping):
        raise EhyaError(ErrorCode.PROJECT_VALUE_REFUSED, key="", given=str(stated)[:80], allowed="name: …, years: …")
    try:
        found = StatedProject.model_validate(stated)
    except ValidationError as error:
        raise _mendable(error) from error
    rows = {"sales": found.sales, "working_capital": found.working_capital, "without": found.without}
    rows |= {f"investment.{name}.spent": one.spent for name, one in found.investment.items()}
    tables = {name: one.written_off for name, one in found.investment.items() if one.written_off is not None}
    rows |= {f"investment.{name}.written_off": row for name, row in tables.items()}
    rows |= {f"costs.{name}.rial": one.rial for name, one in found.costs.items()}
    rows |= {f"loans.{name}.drawn": one.drawn for name, one in found.loans.items()}
    for key, row in rows.items():
        if len(row) > found.years + 1:
            raise EhyaError(ErrorCode.PROJECT_VALUE_REFUSED, key=key, given=len(row), allowed=f"≤ {found.years + 1}")
    total = sum(sum(one.spent) for one in found.investment.values())
    if not total > 0:
        raise EhyaError(ErrorCode.PROJECT_VALUE_REFUSED, key="investment", given=total, allowed="> 0")
    return found


def plan(stated: StatedProject) -> Project:
    """The stated project by year, in rial.

    Returns
    -------
    Project
        Shapes (years + 1,): today is the first.
    """
    return Project(
        sales=_every(stated.sales, stated),
        assets={
            name: Asset(
                _once(one.spent, stated),
                np.inf if one.life_years is None else one.life_years,
                one.residual * stated.unit,
                one.first_year,
                None if one.written_off is None else _once(one.written_off, stated),
            )
            for name, one in stated.investment.items()
        },
        costs={
            name: Cost(_every(one.rial, stated), one.fixed_share, one.hard_currency_share, one.bought)
            for name, one in stated.costs.items()
        },
        working_capital=_every(stated.working_capital, stated, today=True),
        loans={name: _loan(one, stated) for name, one in stated.loans.items()},
        tax=TaxRule(stated.tax.rate, stated.tax.holiday_years, stated.tax.loss_years, stated.tax.refunded),
        equity=None if stated.equity is None else _once(stated.equity, stated),
        without=_every(stated.without, stated),
        export_share=stated.export_share,
        inflation=stated.inflation,
    )


def stated_account(stated: StatedProject, standards: Standards) -> Account:
    """Work a stated project through.

    Parameters
    ----------
    stated
        The project; its own ``real_rate``, exchange rate and collateral go before those of ``standards``.
    standards
        By what it is measured.

    Examples
    --------
    >>> from engine.economics.account import FigureName
    >>> mill = check_project({"name": "mill", "years": 2, "sales": 60, "investment": {"machines": {"spent": 100}}})
    >>> round(stated_account(mill, Standards(real_rate=0.1)).value(FigureName.NPV), 3)
    4.132
    """
    first = next(iter(stated.loans.values()), None)
    own = Standards(
        real_rate=standards.real_rate if stated.real_rate is None else stated.real_rate,
        dscr_floor=standards.dscr_floor,
        loan_rate=standards.loan_rate if first is None else first.rate,
        market_rate=standards.market_rate,
        rial_per_usd=stated.rial_per_usd or standards.rial_per_usd,
        shadow_wage=standards.shadow_wage,
        collateral=None if stated.collateral is None else stated.collateral * stated.unit,
    )
    return account(plan(stated), own, None if stated.jobs is None else _jobs(stated.jobs, stated.years))


def _loan(one: StatedLoan, stated: StatedProject) -> Loan:
    drawn = _once(one.drawn, stated)
    return Loan(drawn, one.rate, one.grace_years, one.years, one.form, one.in_grace, one.share_of_first_year)


def _jobs(stated: StatedJobs, years: int) -> ProjectJobs:
    """Stated jobs; the net ones by the default losses where the file has none."""
    net = net_jobs(stated.gross) if stated.net is None else stated.net
    return ProjectJobs(gross=stated.gross, net=net, years=years)


def _once(row: list[float], stated: StatedProject) -> Array:
    """Money that moves in the years that are stated, and in no other."""
    money = np.zeros(stated.years + 1)
    money[: len(row)] = row
    return money * stated.unit


def _every(row: list[float], stated: StatedProject, *, today: bool = False) -> Array:
    """Money that goes on: a single number from the first year on, a row from today on, its last number to the end."""
    money = np.full(stated.years + 1, row[-1], dtype=np.float64)
    if len(row) == 1:
        money[0] = row[0] if today else 0.0
    else:
        money[: len(row)] = row
    return money * stated.unit


def _mendable(error: ValidationError) -> EhyaError:
    problems = error.errors(include_url=False)
    first = next(
        (one for one in problems if one["type"] == "extra_forbidden"), problems[0]
    )  # it explains a missing key
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        fields = _fields(first["loc"])
        name = str(first["loc"][-1])
        nearest = difflib.get_close_matches(name, fields, n=1, cutoff=0.5)
        allowed = nearest + [field for field in fields if field not in nearest]
        return EhyaError(ErrorCode.PROJECT_KEY_UNKNOWN, given=key, allowed=allowed)
    if first["type"] == "missing":
        return EhyaError(ErrorCode.PROJECT_KEY_MISSING, key=key, allowed=list(StatedProject.model_fields))
    return EhyaError(ErrorCode.PROJECT_VALUE_REFUSED, key=key, given=str(first["input"])[:80], allowed=_limit(first))


def _limit(problem: Any) -> str:
    """What would be allowed, in signs that every language reads."""
    limits = problem.get("ctx", {})
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "expected": ""}
    said = [f"{sign} {limits[name]}".strip() for name, sign in signs.items() if name in limits]
    kinds = {"float_parsing": "1.5", "float_type": "1.5", "int_parsing": "5", "int_type": "5", "bool_parsing": "true"}
    return ", ".join(said) or kinds.get(problem["type"], "…")


_PARTS: Mapping[str, type[_Strict]] = {
    "investment": StatedAsset,
    "costs": StatedCost,
    "loans": StatedLoan,
    "tax": StatedTax,
    "jobs": StatedJobs,
}


def _fields(place: tuple[int | str, ...]) -> list[str]:
    """Keys that may stand where an unknown one stands."""
    if len(place) == 1:
        return list(StatedProject.model_fields)
    found = _PARTS.get(str(place[0]))
    return list(found.model_fields) if found else []
