"""All addresses of the door."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from serving.api.door.home import inviting
from serving.api.door.home import router as home_routes
from serving.api.door.keys import router as key_routes
from serving.api.door.lists import router as list_routes
from serving.api.door.mandates import router as mandate_routes
from serving.api.door.mandates import undoing as mandate_undoing
from serving.api.door.meetings import router as meeting_routes
from serving.api.door.offers import router as offer_routes
from serving.api.door.packages import router as package_routes
from serving.api.door.requests import router as request_routes

DOOR: tuple[Callable[[], APIRouter], ...] = (
    inviting, home_routes, offer_routes, mandate_routes, mandate_undoing, list_routes, package_routes, request_routes,
    meeting_routes, key_routes,
)  # fmt: skip
