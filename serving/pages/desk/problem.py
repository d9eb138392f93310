"""The page of what went wrong: one sentence, and the way back."""

from __future__ import annotations

from serving.pages.desk.frame import Frame, page


def problem_page(frame: Frame, *, title: str, detail: str, code: str) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    title, detail
        What is wrong in two words, and in a sentence that says what to do.
    code
        Its code.
    """
    return page("problem.html", frame, title=title, detail=detail, code=code)
