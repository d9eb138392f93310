"""The page of a person's own account."""

from __future__ import annotations

from serving.pages.desk.frame import Frame, page


def account_page(frame: Frame, *, problem: str = "") -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    problem
        Why the password was not changed.
    """
    return page("account.html", frame, problem=problem)
