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


def noted_folder(ctx: typer.Context, path: Path | None) -> Path | None:
    """Say on standard error that a file goes into a folder that is not there yet: it is made, be it a slip or not.

    Whatever a command writes, it makes the folders that it needs for it; this says so, wherever a file is named.
    """
    if path is not None and not path.parent.exists():
        from serving.cli.errors import language_of_line
        from serving.cli.terminal import Terminal
        from serving.i18n import speech

        words = speech(language_of_line(ctx))
        Terminal(words).warn(words.text("cli.folder_to_make", folder=str(path.parent), file=path.name))
    return path


Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Write to a file; its ending says in which form, and folders that it lacks are made.",
        callback=noted_folder,
    ),
]
Version = Annotated[str | None, typer.Argument(help="Version of the model, as `ehya models` lists it.")]
