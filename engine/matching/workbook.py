"""Mandates in a spreadsheet: one row an investor, Persian or English headers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from engine.domain.mandate import Mandate
from engine.domain.partner import CapitalForm, Currency, ImpactGoal, PartnerKind, Stage
from engine.domain.ticket import FOREIGN_UNITS, rial
from engine.domain.unit import Confidence, DealForm, Status
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.matching.sheets import (
    SEPARATORS,
    blank,
    cell_number,
    cell_text,
    coded,
    first_sheet,
    header_row,
    items,
    unknown_header,
)
from engine.parsing.text import compact, fold

HEADERS: dict[str, tuple[str, ...]] = {
    "id": ("شناسه", "کد سرمایه‌گذار", "investor id"),
    "name": ("سرمایه‌گذار", "نام", "نام سرمایه‌گذار", "investor"),
    "price_year": ("سال قیمت", "سال قیمت‌ها", "price year"),
    "price_rate": ("نرخ افزایش قیمت", "price rate"),
    "allow_proxy": ("تبدیل تقریبی سال قیمت", "allow proxy"),
    "rate_rial_per_usd": ("نرخ دلار (ریال)", "usd rate (rial)"),
    "rate_rial_per_eur": ("نرخ یورو (ریال)", "eur rate (rial)"),
    "ticket.min": ("حداقل سرمایه", "کمترین سرمایه", "ticket min", "min ticket"),
    "ticket.typical": ("سرمایه معمول", "سرمایهٔ معمول", "ticket typical", "typical ticket"),
    "ticket.max": ("حداکثر سرمایه", "بیشترین سرمایه", "ticket max", "max ticket"),
    "sectors.must": ("فقط رشته‌ها", "رشته‌های الزامی", "sectors must"),
    "sectors.must_not": ("رشته‌های ممنوع", "به‌جز رشته‌ها", "sectors must not"),
    "sectors.like": ("رشته‌های دلخواه", "sectors like"),
    "sectors.avoid": ("رشته‌های نادلخواه", "sectors avoid"),
    "places.must": ("فقط مکان‌ها", "مکان‌های الزامی", "places must"),
    "places.must_not": ("مکان‌های ممنوع", "به‌جز مکان‌ها", "places must not"),
    "places.like": ("مکان‌های دلخواه", "places like"),
    "places.avoid": ("مکان‌های نادلخواه", "places avoid"),
    "places.max_km_to_border": ("بیشترین فاصله تا مرز (کیلومتر)", "max km to border"),
    "places.border_gates": ("گذرگاه‌های مرزی", "border gates"),
    "statuses": ("وضعیت واحد", "statuses"),
    "deal_forms.wanted": ("شیوه‌های ورود", "deal forms wanted", "deal forms"),
    "deal_forms.must_not": ("شیوه‌های ممنوع", "deal forms must not"),
    "deal_forms.like": ("شیوه‌های دلخواه", "deal forms like"),
    "deal_forms.avoid": ("شیوه‌های نادلخواه", "deal forms avoid"),
    "partner_kinds": ("نوع سرمایه‌گذار", "partner kinds"),
    "capital_forms": ("آورده", "نوع آورده", "capital forms"),
    "min_share": ("حداقل سهم", "min share"),
    "control": ("مهار شرکت", "control"),
    "stages": ("مدت توقف دلخواه", "stages"),
    "horizon_years": ("افق سرمایه‌گذاری (سال)", "horizon years"),
    "max_payback_years": ("بیشترین دورهٔ بازگشت (سال)", "max payback years"),
    "hurdle_rate": ("نرخ بازده مورد انتظار", "hurdle rate"),
    "currency": ("ارز", "currency"),
    "no_legacy_debts": ("بی بدهی پیشین", "no legacy debts"),
    "no_disputes": ("بی دعوا و اختلاف", "no disputes"),
    "clear_title": ("دارای سند", "clear title"),
    "risk_appetite": ("ریسک‌پذیری", "risk appetite"),
    "max_failure_probability": ("بیشترین احتمال ناکامی", "max failure probability"),
    "offer_fix_first": ("واحدهای نیازمند اصلاح", "offer fix first"),
    "min_confidence": ("کمترین اعتبار داده", "min confidence"),
    "jobs_goal": ("هدف اشتغال", "jobs goal"),
    "min_jobs": ("حداقل اشتغال", "min jobs"),
    "min_power_kw": ("حداقل برق (کیلووات)", "min power kw"),
    "min_land_m2": ("حداقل زمین (متر مربع)", "min land m2"),
    "min_gas_m3_per_hour": ("حداقل گاز (متر مکعب در ساعت)", "min gas m3 per hour"),
    "min_water_l_per_s": ("حداقل آب (لیتر در ثانیه)", "min water l per s"),
    "min_export_share": ("حداقل سهم صادرات", "min export share"),
    "export_goal": ("هدف صادرات", "export goal"),
    "machinery_age_goal": ("هدف عمر ماشین‌آلات (سال)", "machinery age goal"),
    "min_jobs_per_billion": ("حداقل شغل به ازای سرمایه", "min jobs per billion"),
    "impact_goals": ("هدف‌های اجتماعی", "impact goals"),
    "meetings_per_event": ("دیدار در هر رویداد", "meetings per event"),
    "languages": ("زبان‌ها", "languages"),
    "max_idle_months": ("بیشترین ماه‌های توقف", "max idle months"),
    "accept_unknown": ("پذیرش نامعلوم", "accept unknown"),
    "limit": ("تعداد", "limit"),
}
"""Key of a mandate -> spellings of its header, the one that templates use first."""

MONEY_WORDS = {
    "billion_rial": ("میلیارد ریال", "billion rial"),
    "million_rial": ("میلیون ریال", "million rial"),
    "billion_toman": ("میلیارد تومان", "billion toman"),
    "million_toman": ("میلیون تومان", "million toman"),
    "million_usd": ("میلیون دلار", "million usd", "million dollars"),
    "million_eur": ("میلیون یورو", "million eur", "million euros"),
    "usd": ("دلار", "usd", "dollars"),
    "eur": ("یورو", "eur", "euros"),
    "rial": ("ریال", "rial"),
    "toman": ("تومان", "toman"),
}
"""Unit of money -> its words in a header, longest first."""

PARTNER_WORDS: dict[str, tuple[str, ...]] = {
    PartnerKind.OPERATOR: ("بهره‌بردار",),
    PartnerKind.SUPPLIER: ("تأمین‌کننده",),
    PartnerKind.BUYER: ("خریدار", "خریدار محصول"),
    PartnerKind.TECHNOLOGY: ("فناوری", "صاحب فناوری"),
    PartnerKind.FINANCIER: ("تأمین‌کننده مالی", "مالی"),
    PartnerKind.LOCAL: ("بومی", "داخلی"),
    PartnerKind.FOREIGN: ("خارجی",),
    PartnerKind.DIASPORA: ("ایرانی خارج از کشور",),
}
"""Kind of partner -> its words in a cell."""

CAPITAL_WORDS: dict[str, tuple[str, ...]] = {
    CapitalForm.CASH: ("نقد", "نقدی"),
    CapitalForm.MACHINERY: ("ماشین‌آلات",),
    CapitalForm.MATERIALS: ("مواد اولیه", "مواد"),
    CapitalForm.KNOW_HOW: ("دانش فنی",),
}
"""What is brought -> its words in a cell."""

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "risk_appetite": {"low": ("کم", "پایین"), "medium": ("متوسط", "میانه"), "high": ("زیاد", "بالا")},
    "statuses": {
        Status.IDLE: ("راکد", "تعطیل", "غیرفعال"),
        Status.SEMI_ACTIVE: ("نیمه‌فعال", "نیمه‌تعطیل"),
        Status.OPERATING: ("فعال",),
        Status.LIQUIDATED: ("منحل", "منحل‌شده"),
        Status.UNDER_CONSTRUCTION: ("در دست ساخت", "در حال ساخت", "در دست اقدام"),
        Status.UNKNOWN: ("نامعلوم",),
    },
    "deal_forms": {
        DealForm.SALE: ("فروش", "خرید"),
        DealForm.LEASE: ("اجاره",),
        DealForm.JOINT_VENTURE: ("مشارکت", "مشارکت مدنی"),
        DealForm.TOLL: ("کارمزدی", "تولید کارمزدی"),
        DealForm.DEBT_FOR_ASSET: ("واگذاری در برابر بدهی", "تهاتر بدهی"),
        DealForm.LOAN: ("وام", "تسهیلات"),
    },
    "partner_kinds": PARTNER_WORDS,
    "capital_forms": CAPITAL_WORDS,
    "stages": {
        Stage.FRESH: ("کمتر از یک سال",),
        Stage.SETTLED: ("یک تا سه سال",),
        Stage.LONG_IDLE: ("بیش از سه سال",),
        Stage.SEMI_ACTIVE: ("نیمه‌فعال",),
    },
    "impact_goals": {ImpactGoal.UNEMPLOYMENT: ("بیکاری", "کاستن از بیکاری")},
    "currency": {Currency.RIAL: ("ریال",), Currency.USD: ("دلار",), Currency.EUR: ("یورو",)},
    "min_confidence": {
        Confidence.DECLARED: ("اظهاری", "خوداظهاری"),
        Confidence.REVIEWED: ("بررسی‌شده",),
        Confidence.VERIFIED: ("تأییدشده",),
    },
}
_EXAMPLE = {
    "id": "1",
    "name": "سرمایه‌گذار نمونه",
    "price_year": 1404,
    "ticket.min": 20,
    "ticket.typical": 120,
    "ticket.max": 600,
    "sectors.must": "10، 11",
    "places.like": "ارومیه، خوی",
    "deal_forms.wanted": "اجاره، مشارکت",
    "risk_appetite": "زیاد",
    "jobs_goal": 30,
    "accept_unknown": "بله",
    "limit": 10,
}
_YES, _NO = {"بله", "اری", "yes", "true", "1"}, {"خیر", "نه", "no", "false", "0"}
_FLAGS = {
    *("allow_proxy", "offer_fix_first", "accept_unknown"),
    *("control", "no_legacy_debts", "no_disputes", "clear_title"),
}
_LISTS = {
    *("sectors", "places", "statuses", "deal_forms"),
    *("partner_kinds", "capital_forms", "stages", "impact_goals", "languages"),
}
_WITHIN = {"places.max_km_to_border"}
_NAMES = {"id", "name"}
_BRACKET = re.compile(r"\(.*?\)")
_LIKE, _AMOUNT_LIKE = 0.6, 0.85
_AMOUNTS = ("min_", "max_", "ticket.", "rate_", "price_", "jobs_goal", "limit")


def mandates_from_workbook(path: Path | str, *, refused: list[EhyaError] | None = None) -> list[Mandate]:
    """Read the first sheet of an .xlsx file: one row an investor.

    Parameters
    ----------
    path
        The file. Title rows above the header are passed over; lists stand in one cell, separated by commas,
        semicolons or lines; money headers name their unit, as in ``حداقل سرمایه (میلیارد ریال)``. Digits, ي/ی and ك/ک
        may be of either kind.
    refused
        Where it is given, rows that state no mandate are put there and the rest goes on; else the first is raised.

    Returns
    -------
    list of Mandate
        In the order of the sheet; an investor without an id gets the number of its row.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``no_header``, ``mandate_key_unknown`` or ``mandate_key_unlike`` for a
        header nobody knows, ``mandate_repeated`` for an id that occurs twice, and what :meth:`Mandate.read` raises;
        with the ``row``, the ``investor`` by id, and the ``column`` by its header where one is at fault.
    """
    rows = first_sheet(Path(path))
    top, keys = header_row(rows, _key, path)
    _refuse_unknown(rows[top], keys)
    mandates: dict[str, Mandate] = {}
    for number, cells in enumerate(rows[top + 1 :], start=top + 2):
        if any(not blank(cell) for cell in cells):
            try:
                made = _mandate(keys, cells, number, rows[top])
                if made.id in mandates:
                    place = _place({"key": "id"}, keys, cells, rows[top])
                    raise EhyaError(ErrorCode.MANDATE_REPEATED, given=made.id, row=number, investor=made.id, **place)
            except EhyaError as error:
                if refused is None:
                    raise
                refused.append(error)
            else:
                mandates[made.id] = made
    return list(mandates.values())


def write_mandate_form(path: Path | str) -> None:
    """Write an empty form with Persian headers and one made-up row, as :func:`mandates_from_workbook` reads it.

    Parameters
    ----------
    path
        The .xlsx file to write.
    """
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.sheet_view.rightToLeft = True
    keys = list(HEADERS)
    headers = [HEADERS[key][0] + (f" ({MONEY_WORDS['billion_rial'][0]})" if "ticket" in key else "") for key in keys]
    sheet.append(headers)
    sheet.append([_EXAMPLE.get(key) for key in keys])
    sheet.freeze_panes = "C2"
    for number in range(1, len(keys) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 22
    with replacing(path) as beside:
        book.save(beside)


def _refuse_unknown(cells: tuple[Any, ...], keys: list[str | None]) -> None:
    header = unknown_header(cells, keys)
    if header is not None:
        allowed = [names[0] for names in HEADERS.values()]
        nearest = _nearest(header)
        if not nearest:
            raise EhyaError(ErrorCode.MANDATE_KEY_UNLIKE, given=header, allowed=allowed)
        raise EhyaError(ErrorCode.MANDATE_KEY_UNKNOWN, given=header, allowed=allowed, nearest=nearest[0])


def _nearest(header: str) -> list[str]:
    """The spelling that comes near, never one in another unit of measure: a header of amounts has to come nearer."""
    measure = _BRACKET.findall(fold(header))
    if any(fold(word) in fold(header) for words in MONEY_WORDS.values() for word in words):
        return []
    spellings = {
        name: key for key, names in HEADERS.items() for name in names if _BRACKET.findall(fold(name)) == measure
    }
    amounts = [name for name, key in spellings.items() if key.startswith(_AMOUNTS)]
    near = difflib.get_close_matches(header, [*spellings], n=1, cutoff=_LIKE)
    return difflib.get_close_matches(header, amounts, n=1, cutoff=_AMOUNT_LIKE) if {*near} & {*amounts} else near


def _key(header: str) -> str | None:
    for key, spellings in HEADERS.items():  # "usd rate (rial)" is no amount in rial
        if key.startswith("rate_") and compact(fold(header)) in {compact(key), *map(compact, spellings)}:
            return key
    text, unit = fold(header), ""
    for name, words in MONEY_WORDS.items():
        found = next((fold(word) for word in words if fold(word) in text.replace("_", " ")), None)
        if found:
            text, unit = text.replace("_", " ").replace(found, ""), name
            break
    for key, spellings in HEADERS.items():
        if compact(text) in {compact(key), *map(compact, spellings)}:
            is_money = key.startswith("ticket.")
            return f"{key}.{unit or 'rial'}" if is_money else None if unit else key
    return None


def _mandate(keys: list[str | None], cells: tuple[Any, ...], number: int, headers: tuple[Any, ...]) -> Mandate:
    stated: dict[str, Any] = {}
    try:
        for key, cell in zip(keys, cells, strict=True):
            if key is not None and not blank(cell):
                _put(stated, key, cell)
        return Mandate.read({"id": str(number), **stated})
    except EhyaError as error:
        named = dict(zip(keys, cells, strict=True)).get("id")
        place = _place(error.facts, keys, cells, headers)
        investor = str(number) if blank(named) else cell_text(named)
        raise EhyaError(error.code, **(error.facts | {"row": number, "investor": investor, **place})) from error


def _place(
    facts: Mapping[str, Any], keys: list[str | None], cells: tuple[Any, ...], headers: tuple[Any, ...]
) -> dict[str, str]:
    """The header of the column that an error speaks of: that of its key, else the one that holds what was given.

    Examples
    --------
    >>> _place({"key": "ticket_rial"}, ["id", "ticket.min.rial"], ("a", "x"), ("id", "min ticket (rial)"))
    {'column': 'min ticket (rial)'}
    >>> _place({"given": "Nowhere"}, ["id", "places.like"], ("a", "Khoy, Nowhere"), ("id", "places like"))
    {'column': 'places like'}
    """
    stated = [(key, cell, str(header)) for key, cell, header in zip(keys, cells, headers, strict=True) if key]
    name, given = str(facts.get("key", "")), str(facts.get("given", ""))
    of_key = [one for one in stated if name and _fits(str(one[0]), name)]
    holding = [one for one in of_key or stated if given and given in str(one[1])]
    found = (holding or of_key)[:1] if holding or len(of_key) == 1 else []
    return {"column": found[0][2]} if found else {}


def _fits(key: str, name: str) -> bool:
    """Whether a column belongs to what a mandate calls by a name."""
    return key == name or key.split(".")[0] == re.split(r"[._]", name)[0] == "ticket" or key.startswith(f"{name}.")


def _put(stated: dict[str, Any], key: str, cell: Any) -> None:
    name, _, inner = key.partition(".")
    if name == "ticket":
        bound, _, unit = inner.partition(".")
        if unit in FOREIGN_UNITS:  # the rate may stand in a later cell
            stated.setdefault(f"ticket_{unit}", {})[bound] = cell_number(cell)
        else:
            stated.setdefault("ticket_rial", {})[bound] = rial(f"ticket_{unit}", cell_number(cell))
    elif key in _WITHIN:
        stated.setdefault(name, {})[inner] = cell_number(cell)
    elif name in _LISTS:
        listed = [coded(part, WORDS.get(name, {})) for part in items(cell)]
        if inner:
            stated.setdefault(name, {})[inner] = listed
        else:
            stated[name] = listed
    elif name in _FLAGS:
        stated[name] = _flag(cell)
    else:
        stated[name] = cell_text(cell) if name in _NAMES else coded(cell_number(cell), WORDS.get(name, {}))


def _flag(cell: Any) -> Any:
    folded = compact(str(cell))
    return True if folded in _YES else False if folded in _NO else SEPARATORS.split(str(cell))
