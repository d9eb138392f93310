"""Workbooks damaged and poisoned by seed: bytes, parts of the archive, markup, cells."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import escape

HEADINGS = [
    "ردیف",
    "نام واحد",
    "شناسه ملی",
    "استان",
    "شهرستان",
    "شهرک صنعتی",
    "کد آیسیک",
    "وضعیت",
    "تاریخ توقف",
    "علت رکود",
    "اشتغال فعلی",
    "مساحت زمین (هکتار)",
    "بدهی بانکی (میلیون ریال)",
    "سرمایه مورد نیاز",
    "درصد ظرفیت",
    "سال ساخت ماشین آلات",
    "سند مالکیت",
    "تلفن",
    "رنگ",
]
ROWS = [
    [
        1,
        "واحد الف",
        "14077631706",
        "آذربایجان غربی",
        "خوی",
        "شهرک صنعتی خوی",
        "1030",
        "راکد",
        "1399/05/13",
        "نبود نقدینگی، فرسودگی ماشین‌آلات",
        "۱۲ نفر",
        2,
        "۱٬۲۰۰",
        "۲٫۵ میلیارد تومان",
        40,
        1380,
        "بلی",
        "09140000000",
        "سبز",
    ],
    [
        2,
        "واحد ب",
        None,
        None,
        "ارومیه",
        "WA-URM-2",
        25,
        "نیمه فعال",
        43831,
        None,
        7,
        "۳٫۵",
        "ندارد",
        None,
        "30%",
        "۱۳۷۵",
        "خیر",
        None,
        None,
    ],
    [
        None,
        "جمع کل",
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        19,
        None,
        1200,
        None,
        None,
        None,
        None,
        None,
        None,
    ],
]
HOSTILE = [
    1e308,
    -1e308,
    1e-308,
    10**30,
    -(10**18),
    2**63,
    0,
    -0.0,
    True,
    False,
    "1e308",
    "nan",
    "inf",
    "-inf",
    "1" * 400,
    "9" * 40,
    "9999-12-31",
    "0000-00-00",
    "99999/99/99",
    "1399/13/05",
    "-1/-1/-1",
    2958465,
    2958466,
    -1,
    0.5,
    60,
    "=1+1",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "+49",
    "-",
    "--",
    "#REF!",
    "#DIV/0!",
    "#N/A",
    "",
    " ",
    "\u200c",
    "\u200f",
    "\u202e1234",
    "\u200e\u200f\u202a",
    "_x0000_",
    "_x0007_bell",
    "a\tb",
    "a\nb\rc",
    "\ufeff",
    "\u0000".replace("\0", ""),
    "ـ" * 50,
    "\u064b" * 40,
    "ﷺ",
    "🏭",
    "\U0010ffff",
    "x" * 5000,
    "و " * 400,
    "،،،",
    ";;;",
    "||",
    "{}",
    "[]",
    "()",
    "«»",
    "%",
    "٪",
    "/",
    "////",
    "1/2/3/4",
    "1,2,3",
    "۱٬۲٬۳",
    "1.2.3.4",
    "(((",
    "))",
    "<b>",
    "&amp;",
    "]]>",
    "'; DROP TABLE units;--",
    "../../etc/passwd",
    "خوی / سلماس",
    "جمع",
    "total",
    "aggregate",
    "ندارد",
    "نامشخص",
    "یک و دو و سه",
    "صد و صد",
    "میلیارد",
    "میلیون میلیون میلیون میلیون",
    "همت همت",
    "12 همت همت همت همت",
    "ریال",
    "$",
    "€€",
    "12 $ 13 €",
    "٫",
    ".5",
    "5.",
    "۱۳۹۸",
    "13980512",
    "1398.0",
    "نیم",
    "نیم نیم",
    "و نیم",
    "بیش از",
    "بیش از 5",
    "~",
    "≥",
    "1e5",
    "1E+400",
    "0x10",
    "½",
    "²",
]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="'
    'application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    f'ContentType="{_KIND}.sheet.main+xml"/><Override PartName="/{SHEET}" '
    f'ContentType="{_KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="فهرست" sheetId="1" '
    'r:id="r1"/></sheets></workbook>',
}


def mutant(seed: int) -> bytes:
    """A workbook with something wrong with it."""
    dice = random.Random(seed)
    return dice.choice(MUTATIONS)(dice)


def _cells(dice: random.Random) -> bytes:
    """Hostile values in cells, also in the header."""
    grid = [list(HEADINGS), *(list(row) for row in ROWS)]
    for _ in range(dice.randint(1, 60)):
        grid[dice.randrange(len(grid)) if dice.random() < 0.9 else 0][dice.randrange(len(HEADINGS))] = dice.choice(
            HOSTILE
        )
    return _book(_sheet(grid))


def _rows(dice: random.Random) -> bytes:
    """Rows and columns repeated, lost, shuffled, and titles anywhere."""
    grid = [
        [dice.choice(["فهرست", "مبالغ به میلیون ریال", "تاریخ: 1403/01/01", "", "نرخ دلار 5"])],
        list(HEADINGS),
        *ROWS,
    ]
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(grid))
        act = dice.randrange(4)
        if act == 0:
            grid.insert(at, list(grid[dice.randrange(len(grid))]))
        elif act == 1 and len(grid) > 2:
            grid.pop(at)
        elif act == 2:
            dice.shuffle(grid)
        else:
            order = dice.sample(range(len(HEADINGS)), dice.randint(1, len(HEADINGS)))
            grid = [[row[one] for one in order if one < len(row)] for row in grid]
    return _book(_sheet(grid))


def _merges(dice: random.Random) -> bytes:
    """Merged-cell soup: overlapping, reversed, endless, in header and body."""
    ends = [f"{dice.choice('ABCDEFGHQSZ')}{dice.randint(0, 9)}" for _ in range(2 * dice.randint(1, 25))]
    ends += dice.choice([[], ["A1", "XFD1048576"], ["A0", "B0"], ["A", "1"]])
    ranges = "".join(f'<mergeCell ref="{a}:{b}"/>' for a, b in zip(ends[::2], ends[1::2], strict=True))
    return _book(_sheet([HEADINGS, *ROWS]).replace("</sheetData>", f"</sheetData><mergeCells>{ranges}</mergeCells>"))


def _markup(dice: random.Random) -> bytes:
    """Markup of the sheet with tags dropped, doubled, renamed, and references out of order."""
    xml = _sheet([HEADINGS, *ROWS])
    for _ in range(dice.randint(1, 8)):
        tags = list(re.finditer(r"<[^>]*>", xml))
        tag = dice.choice(tags)
        new = dice.choice(
            [
                "",
                tag[0] * 2,
                tag[0].replace("c ", "C "),
                re.sub(r"\d+", str(dice.choice([0, 1, 7, 40, 10**6, 10**7])), tag[0]),
                re.sub(r'r="[A-Z]+', 'r="' + dice.choice(["XFD", "A", "", "AAAA", "a"]), tag[0]),
                tag[0].replace('t="n"', 't="s"'),
                tag[0].replace('t="n"', 't="d"'),
                tag[0].replace("inlineStr", "b"),
                "<f>1+1</f>",
            ]
        )
        xml = xml[: tag.start()] + new + xml[tag.end() :]
    return _book(xml)


def _parts(dice: random.Random) -> bytes:
    """Parts of the archive swapped, lost, renamed, emptied, or filled with another."""
    parts = {
        **PARTS,
        SHEET: _sheet([HEADINGS, *ROWS]),
        "xl/styles.xml": "<styleSheet/>",
        "xl/sharedStrings.xml": "<sst/>",
    }
    one, other = dice.sample(sorted(parts), 2)
    act = dice.randrange(5)
    if act == 0:
        parts[one], parts[other] = parts[other], parts[one]
    elif act == 1:
        parts.pop(one)
    elif act == 2:
        parts[one.upper() if dice.random() < 0.5 else f"../{one}"] = parts.pop(one)
    elif act == 3:
        parts[one] = dice.choice(["", " ", "<", "\0", "<a/>", parts[one][: len(parts[one]) // 2]])
    else:
        parts[f"{one}.bak"] = parts[other] * dice.randint(1, 20)
    return _zipped(parts)


def _inner_bytes(dice: random.Random) -> bytes:
    """Bytes flipped inside a part, the archive being whole."""
    parts: dict[str, str | bytes] = {**PARTS, SHEET: _sheet([HEADINGS, *ROWS])}
    name = dice.choice([SHEET, SHEET, *PARTS])
    part = parts[name]
    parts[name] = _flipped(dice, part if isinstance(part, bytes) else part.encode())
    return _zipped(parts)


def _outer_bytes(dice: random.Random) -> bytes:
    """Bytes of the file flipped, cut, doubled or lost."""
    book = _book(_sheet([HEADINGS, *ROWS]))
    at, size = dice.randrange(len(book)), dice.randint(1, 200)
    act = dice.randrange(4)
    if act == 0:
        return _flipped(dice, book)
    if act == 1:
        return book[:at]
    return book[:at] + (book[at : at + size] * 2 if act == 2 else b"") + book[at + size :]


MUTATIONS: list[Callable[[random.Random], bytes]] = [
    _cells,
    _cells,
    _rows,
    _merges,
    _markup,
    _parts,
    _inner_bytes,
    _outer_bytes,
]


def _flipped(dice: random.Random, content: bytes) -> bytes:
    spoilt = bytearray(content)
    for _ in range(dice.randint(1, 12)):
        spoilt[dice.randrange(len(spoilt))] ^= 1 << dice.randrange(8)
    return bytes(spoilt)


def _sheet(grid: list[list[object]]) -> str:
    rows = "".join(
        f'<row r="{number}">{"".join(_cell(chr(65 + at), number, cell) for at, cell in enumerate(row))}</row>'
        for number, row in enumerate(grid, 1)
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def _cell(letter: str, row: int, cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return f'<c r="{letter}{row}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{letter}{row}" t="n"><v>{cell!r}</v></c>'
    return f'<c r="{letter}{row}" t="inlineStr"><is><t xml:space="preserve">{escape(str(cell))}</t></is></c>'


def _book(sheet: str) -> bytes:
    return _zipped({**PARTS, SHEET: sheet})


def _zipped(parts: dict[str, str | bytes] | dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return content.getvalue()
