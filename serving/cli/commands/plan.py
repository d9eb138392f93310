"""``ehya plan`` and ``ehya workload``: what has to be done, by whom, by when, at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from engine.domain.intervention import Owner
from engine.domain.unit import Origin
from engine.errors import EhyaError, ErrorCode
from engine.ranking.reasons import Triage
from engine.recourse.cheapest import PlanWish
from engine.recourse.quarter import Capacity
from engine.settings import Settings
from serving.cli.question import amount
from serving.cli.terminal import Terminal
from serving.desk.plan import PlanRequest, PlanResult, unit_plan, workload
from serving.desk.question import Question
from serving.reports.plan import (
    begins_said,
    cost_said,
    done_said,
    money_line,
    months_said,
    plan_cost_said,
    plan_document,
    verdict,
    work_document,
    write_workload,
)

_TOP = 10  # acts of an owner named to a person; a file has all


def read_request(
    *, threshold: float | None, budget: str | None, months: int | None, costs: Sequence[str] | None
) -> PlanRequest:
    """Read what plans are to reach.

    Raises
    ------
    EhyaError
        ``value_unreadable``.

    Examples
    --------
    >>> request = read_request(threshold=0.3, budget="5 billion rial", months=None, costs=["diagnosis=2 billion rial"])
    >>> request.wish.budget_rial, request.costs
    (5000000000.0, {'diagnosis': 2000000000.0})
    """
    stated = {}
    for text in costs or ():
        act, equals, money = (part.strip() for part in text.partition("="))
        if not equals:
            raise EhyaError(
                ErrorCode.VALUE_UNREADABLE, option="--cost", given=text, allowed=["diagnosis=2 billion rial"]
            )
        stated[act] = float(amount(money, "--cost"))
    limit = float("inf") if budget is None else float(amount(budget, "--budget"))
    wish = PlanWish(threshold or 0.0, limit, float("inf") if months is None else float(months))
    return PlanRequest(wish, stated)


def read_capacity(given: Sequence[str] | None) -> Capacity:
    """Read ``bank=10``: an owner, and how many acts it can begin.

    Raises
    ------
    EhyaError
        ``value_unreadable``, ``unknown_option`` for an owner that there is not.

    Examples
    --------
    >>> read_capacity(["bank=۱۰"]).of("bank")
    10.0
    """
    from engine.parsing.text import latin_digits

    found = {}
    for text in given or ():
        owner, _, count = (part.strip() for part in text.partition("="))
        digits = latin_digits(count)
        if not digits.isdigit():
            raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="--capacity", given=text, allowed=["bank=10"])
        found[owner] = int(digits)
    return Capacity(found)


def show_plan(terminal: Terminal, settings: Settings, question: Question, given: str, request: PlanRequest) -> None:
    """Print the cheapest plan of a unit.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``no_model``, ``unknown_option``.
    """
    with terminal.busy("plan.working"):
        result = unit_plan(settings, question, given, request)
    if terminal.answer(plan_document(result)[0]):
        return
    words = terminal.speech
    plan = result.plans.table.reset_index(names="unit_id").iloc[0]
    row = result.found.table.loc[plan["unit_id"]]
    terminal.line(f"{words.text('plan.title', name=words.fact(row['name']))}  ({plan['unit_id']})", "bold")
    if row["origin"] == Origin.SYNTHETIC.value:
        terminal.line(words.text("economics.synthetic"), "yellow")
    if row["triage"] not in (Triage.OFFER.value, Triage.FIX_FIRST.value):
        # it runs again, is gone, or nobody can judge it: a plan of acts is not what it waits for
        reasons = words.codes(row["triage_reasons"], "triage_reason")
        terminal.line(f"{words.codes(row['triage'], 'triage')} — {reasons}", "yellow")
    terminal.line(verdict(plan.to_dict(), words), "bold")
    _chance(terminal, plan)
    _done(terminal, result)
    _steps(terminal, result)
    totals = [(words.text("plan.cost"), plan_cost_said(plan.to_dict(), words))]
    if plan["unknown_costs"]:
        totals += [(words.text("plan.unknown_costs"), words.codes(plan["unknown_costs"], "intervention_code"))]
    totals += [(words.text("plan.months"), f"{months_said(plan.to_dict(), words)} {words.text('measure.months')}")]
    if plan["acts"]:
        terminal.pairs(totals, title=words.text("plan.total"))
    terminal.line(money_line(result.price_year, words), "dim")
    terminal.line(words.text("plan.legend"), "dim")


def _chance(terminal: Terminal, plan: pd.Series) -> None:
    words = terminal.speech
    if pd.isna(plan["feasibility"]):
        return
    after = words.interval(plan["after_low"], plan["feasibility_after"], plan["after_high"], 1, share=True)
    pairs = [
        (words.text("plan.chance_now"), words.share(plan["feasibility"], 1)),
        (words.text("plan.chance_after"), after),
    ]
    terminal.pairs(pairs)


def _done(terminal: Terminal, result: PlanResult) -> None:
    words = terminal.speech
    pairs = [(words.date(act["happened_on"]), done_said(act, words)) for act in result.done.to_dict("records")]
    terminal.pairs(pairs, title=words.text("plan.done"))


def _steps(terminal: Terminal, result: PlanResult) -> None:
    if result.plans.steps.empty:
        return
    words = terminal.speech
    headers = [
        words.text(f"plan_column.{name}")
        for name in ("begins", "intervention", "owner", "months", "cost", "lift", "basis")
    ]
    rows = [
        [
            begins_said(step, words),
            words.text(f"intervention_code.{step['intervention']}"),
            words.text(f"owner.{step['owner']}"),
            months_said(step, words),
            cost_said(step, words),
            words.text("plan.points", points=words.number(100 * step["lift"], 1)),
            words.text(f"basis.{step['basis']}"),
        ]
        for step in result.plans.steps.to_dict("records")
    ]
    terminal.table(headers, rows, title=words.text("plan.steps"))


def show_workload(
    terminal: Terminal, settings: Settings, question: Question, request: PlanRequest, capacity: Capacity,
    *, out: Path | None,
) -> None:  # fmt: skip
    """Print what each owner should begin in the quarter, or write it to a file.

    Raises
    ------
    EhyaError
        ``no_model``, ``unknown_option``.
    """
    with terminal.busy("plan.working"):
        found = workload(settings, question, request, capacity)
    words = terminal.speech
    if out is not None:
        terminal.written(write_workload(out, found, words))
        return
    if terminal.answer(work_document(found)):
        return
    taken = found.work[found.work["taken"]]
    terminal.line(words.text("plan.work"), "bold")
    if taken.empty:
        terminal.say("plan.no_work")
        return
    names = found.result.found.table["name"]
    for owner in Owner:
        own = taken[taken["owner"] == owner.value]
        if own.empty:
            continue
        facts = {"acts": words.number(len(own)), "jobs": words.number(own["jobs"].sum(), 1)}
        title = words.text("plan.owner_line", owner=words.text(owner), **facts)
        terminal.pairs(
            [
                (
                    words.fact(names[step["unit_id"]]),
                    words.join(
                        [
                            words.text(f"intervention_code.{step['intervention']}"),
                            cost_said(step, words),
                            words.text("plan.adds", jobs=words.number(step["jobs"], 1)),
                        ]
                    ),
                )
                for step in own.head(_TOP).to_dict("records")
            ],
            title=title,
        )
        if len(own) > _TOP:
            terminal.line("  " + words.text("plan.more", count=words.number(len(own) - _TOP)), "dim")
    terminal.line(money_line(found.result.price_year, words), "dim")
    terminal.line(words.text("plan.legend"), "dim")
