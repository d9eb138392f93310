"""A kept list made again, as plain JSON: terminal and HTTP say the same."""

from __future__ import annotations

from typing import Any

from serving.desk.replaying import ListReplay


def replay_document(found: ListReplay) -> dict[str, Any]:
    """What came of it, and what differs."""
    kept = found.kept
    return {
        "list_id": kept.list_id,
        "owner": kept.owner,
        "mandate": kept.mandate,
        "same": found.same,
        "run_id": kept.run_id,
        "run_id_again": found.run_id,
        "units_known_by": None if found.known_by is None else found.known_by.isoformat(),
        "differs": [one.value for one in found.differs],
        "places": len(kept.places),
        "same_places": found.same_places,
        "entered": list(found.entered),
        "left": list(found.left),
    }
