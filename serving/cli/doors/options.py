"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DAY = "YYYY-MM-DD, Gregorian or Jalali (1405-09-02)"
"""How a day may be written."""

Lang = Annotated[str | None, typer.Option("--lang", metavar="fa|en", help="Language of the answer: fa or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON: codes and numbers, for programs.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help=f"Judge as on this day. {DAY}.")]
PriceYear = Annotated[
    int | None,
    typer.Option(
        "--price-year", min=1300, max=1499, metavar="JALALI_YEAR", help="Jalali year in whose money sums are compared."
    ),
]
AssumeCapital = Annotated[
    str | None,
    typer.Option(
        "--assume-capital", metavar="AMOUNT", help='Capital to assume where none is stated, e.g. "50 میلیارد ریال".'
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write to a file; its ending says in which form.")
]
Version = Annotated[str | None, typer.Argument(help="Version of the model, as `ehya models` lists it.")]
