"""The page behind an invitation's link: an account, once; and the page of a link that opens nothing."""

from __future__ import annotations

from engine.store import StoredInvitation
from serving.pages.desk.frame import Frame, page
from serving.pages.desk.words import day_said


def invited_page(
    frame: Frame, found: StoredInvitation, address: str, *, others: int, name: str = "", problem: str = ""
) -> str:
    """Write the page of an invitation.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The invitation.
    address
        Where its form goes.
    others
        People who have an account for its investor already.
    name
        Name that was typed.
    problem
        Why no account was opened.
    """
    words = frame.speech
    return page(
        "door/invited.html",
        frame,
        investor=found.investor,
        event=found.event,
        until=day_said(found.expires_at, words),
        address=address,
        others=words.text("door.joins", count=others, investor=found.investor) if others else "",
        account=name,
        problem=problem,
        back=address,
    )


def no_invitation_page(frame: Frame) -> str:
    """Write the page of a link that opens nothing: the same whatever the reason."""
    return page("door/no_invitation.html", frame, back="/desk/sign-in")
