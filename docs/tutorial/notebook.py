"""Write a script of cells as a notebook: ``python docs/tutorial/notebook.py`` renews ``practice.ipynb``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CELL = "# %%"


def notebook(script: str) -> dict[str, Any]:
    """A notebook (nbformat 4.5) with the cells of a script: text where it says ``# %% [markdown]``, else code."""
    cells = []
    for number, part in enumerate(script.split(f"{CELL}")[1:]):
        mark, _, body = part.partition("\n")
        text = body.strip("\n")
        if mark.strip() == "[markdown]":
            text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in text.split("\n"))
        cell: dict[str, Any] = {"id": f"cell-{number:02}", "metadata": {}, "source": text.splitlines(keepends=True)}
        if mark.strip() == "[markdown]":
            cells.append({"cell_type": "markdown", **cell})
        else:
            cells.append({"cell_type": "code", "execution_count": None, "outputs": [], **cell})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def written(script: Path) -> str:
    """The text of the notebook file of a script."""
    return json.dumps(notebook(script.read_text("utf-8")), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for path in sorted(HERE.glob("*.py")):
        if path.name != Path(__file__).name:
            path.with_suffix(".ipynb").write_text(written(path), "utf-8")
