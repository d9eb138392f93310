"""Example answers of the OpenAPI description: made up, and marked so."""

from __future__ import annotations

from typing import Any

META: dict[str, Any] = {
    "model_version": "1405-09-02-example",
    "model_data_until": "2026-11-01",
    "as_of": "2026-11-23",
    "prior_driven": True,
    "prior_driven_share": 1.0,
    "origins": {"synthetic": 300},
    "synthetic_share": 1.0,
    "language": "en",
}
UNIT: dict[str, Any] = {
    "unit_id": "example-1",
    "fields": {
        "name": "نمونه",
        "province": "West Azerbaijan",
        "county": "Urmia",
        "isic": "1030",
        "status": "idle",
        "stopped_on": "2021-03-21",
        "stop_causes": ["bank_debt", "working_capital"],
        "jobs_before_stop": 64,
        "jobs_now": 2,
        "capital_needed_rial": 350000000000,
    },
    "precision": {"stopped_on": "year"},
    "record": {
        "origin": "synthetic",
        "source_url": None,
        "as_of": "2026-09-23",
        "confidence": "declared",
        "price_year": 1405,
        "derived": [],
    },
    "prediction": {
        "scorable": True,
        "not_scorable": [],
        "prior_driven": True,
        "out_of_fold": False,
        "capital_assumed": False,
        "model_version": "1405-09-02-example",
        "model_data_until": "2026-11-01",
        "outputs": {
            "feasibility": {"low": 0.08, "point": 0.21, "high": 0.39, "measure": "probability"},
            "jobs_if_revived": {"low": 9.0, "point": 28.0, "high": 61.0, "measure": "persons"},
            "jobs_expected": {"low": 0.0, "point": 6.2, "high": 21.0, "measure": "persons"},
        },
    },
    "judgement": {
        "triage": "offer",
        "triage_reasons": ["barriers_workable"],
        "red_flags": [],
        "missing": ["title_deed"],
        "rank": 1,
        "rank_low": 1,
        "rank_high": 3,
        "stability": "stable",
        "score": 0.22,
        "parts": {"feasibility": 0.07, "jobs": 0.15},
    },
    "text": {"county": "Urmia", "sector": "Processing and preserving of fruit and vegetables", "status": "Idle"},
}
WHY: dict[str, Any] = {
    "parts": {
        "feasibility": [
            {
                "feature": "idle_years",
                "fields": ["stopped_on", "idle_months"],
                "stated": True,
                "value": 1.5,
                "amount": 0.04,
                "basis": "estimated_elsewhere",
                "learnt": 0.41,
                "overridden": False,
                "text": {"feature": "Idle years", "value": "1.5 years", "basis": "estimated elsewhere, shrunk"},
            },
            {
                "feature": "base",
                "fields": [],
                "stated": True,
                "value": None,
                "amount": 0.17,
                "basis": None,
                "learnt": 0.0,
                "overridden": False,
                "text": {"feature": "The average unit", "value": "", "basis": ""},
            },
        ]
    },
    "ask": [
        {
            "fields": ["title_deed"],
            "narrows": 0.012,
            "moves_top": 0.1,
            "text": {"fields": "Title deed", "effect": "narrows the interval by 1.20 points"},
        }
    ],
    "doubt": [
        {"kind": "unit", "share": 0.8, "text": {"kind": "what no field tells of a unit"}},
        {"kind": "effects", "share": 0.1, "text": {"kind": "how strong the effects are"}},
        {"kind": "missing", "share": 0.07, "text": {"kind": "fields that are not known"}},
        {"kind": "level", "share": 0.03, "text": {"kind": "how often units come back at all"}},
    ],
}
ASKED: dict[str, Any] = {
    "fields": ["title_deed"],
    "units": 42,
    "narrows": 0.012,
    "moves_top": 1.5,
    "text": {"fields": "Title deed"},
}
WEIGHING: dict[str, Any] = {
    "feasibility": {"weight": 0.33, "influence": 0.24},
    "jobs": {"weight": 0.67, "influence": 0.76},
}
STANDING: dict[str, Any] = {
    "unit_id": "example-2",
    "excluded_by": [{"code": "sector_refused", "facts": {"given": "1200"}, "text": "The sector is refused."}],
    "unknown": [],
    "position": None,
    "feasible": 1,
    "fit": None,
    "parts": {},
}
MANDATE: dict[str, Any] = {
    "id": "food-fund",
    "version": 1,
    "owner": "food-fund",
    "made_at": "2026-11-30T08:30:00+00:00",
    "mandate": {"id": "food-fund", "risk_appetite": "high", "accept_unknown": True},
}
HEADING: dict[str, Any] = {
    "list_id": "b3hhbXBsZS1saXN0",
    "owner": "food-fund",
    "mandate": "food-fund",
    "mandate_version": 1,
    "run_id": "0123456789abcdef",
    "stock_version": "abcdef0123456789",
    "model_version": "1405-09-02-example",
    "as_of": "2026-11-23",
    "made_at": "2026-11-30T08:30:00+00:00",
    "feasible": 1,
    "places": 1,
    "shown": 1,
    "weights": {"feasibility": 0.45, "jobs": 0.3, "jobs_per_billion": 0.15, "confidence": 0.1},
}
PLACE: dict[str, Any] = {
    "unit_id": "example-1",
    "position": 1,
    "fit": 0.5,
    "parts": {"feasibility": 0.5},
    "reasons": [],
    "unknown": [],
    "price_basis": None,
    "unit": UNIT,
}
SAID: dict[str, Any] = {
    "owner": "food-fund",
    "list_id": "b3hhbXBsZS1saXN0",
    "unit_id": "example-1",
    "kind": "declined",
    "reason": "place",
    "made_at": "2026-11-30T08:30:00+00:00",
}
REQUESTED: dict[str, Any] = {
    "request_id": "ZXhhbXBsZS1hc2tz",
    "owner": "food-fund",
    "list_id": "b3hhbXBsZS1saXN0",
    "unit_id": "example-1",
    "kind": "documents",
    "text": "Which licences does the unit hold?",
    "made_at": "2026-11-30T08:30:00+00:00",
    "due_at": "2026-12-07T08:30:00+00:00",
    "state": "open",
    "overdue": False,
    "answer": None,
    "answered_at": None,
    "withdrawn_at": None,
}
PACKAGE: dict[str, Any] = {
    "package": "inva@1",
    "event": "INVA 1405",
    "as_of": "2026-11-23",
    "signed_on": "2026-11-30",
    "unit_count": 1,
    "agreed": False,
    "confirmed": False,
}
OUTCOME: dict[str, Any] = {
    "number": 12,
    "unit_id": "example-1",
    "kind": "visited",
    "happened_on": "2026-11-20",
    "happened_precision": "day",
    "known_on": "2026-11-23",
    "capacity_share": None,
    "jobs": None,
    "act": None,
    "rial": None,
    "mandate_id": None,
    "event": None,
    "source": None,
}
ASKED_OF_THE_OFFICE: dict[str, Any] = {"as_of": "2026-11-23", "price_year": 1405, "assumed_capital_rial": None}
OFFICE_UNIT: dict[str, Any] = {
    "unit_id": "example-1",
    "name": "نمونه",
    "county": "Urmia",
    "isic": "1030",
    "rank": 1,
    "triage": "offer",
}
IMPORT: dict[str, Any] = {
    "job_id": "am9iLWV4YW1wbGU",
    "name": "units.xlsx",
    "bytes": 20480,
    "state": "done",
    "rows_read": 2,
    "made_at": "2026-11-30T08:30:00+00:00",
    "moved_at": "2026-11-30T08:30:02+00:00",
    "problem": None,
    "result": {
        "dry_run": False,
        "rows_read": 2,
        "accepted": 2,
        "new": 1,
        "updated": 1,
        "unchanged": 0,
        "ignored_rows": 0,
        "duplicates": 0,
        "unknown_columns": [],
        "personal_not_stored": [],
        "rejected_rows": [],
        "rejected_cells": [
            {
                "row": 3,
                "column": "Jobs now",
                "given": "-3",
                "code": "out_of_range",
                "message": "-3 is below the least that can be: 0",
            }
        ],
        "notes": [],
        "sheet_notes": [],
    },
}
WEBHOOK: dict[str, Any] = {
    "webhook_id": "wh_ZXhhbXBsZQ",
    "owner": "food-fund",
    "mandate": "food-fund",
    "address": "https://example.org/ehya",
    "made_at": "2026-11-30T08:30:00+00:00",
}
MESSAGE: dict[str, Any] = {
    "message_id": "msg_0123456789abcdef",
    "made_at": "2026-11-30T08:30:00+00:00",
    "attempts": 1,
    "due_at": None,
    "sent_at": "2026-11-30T08:30:01+00:00",
    "given_up": False,
    "answer": "204",
}
MEETINGS: dict[str, Any] = {
    "event": "INVA",
    "date": "2026-12-11",
    "version": 1,
    "made_at": "2026-11-30T08:30:00+00:00",
    "meetings": 1,
    "unmet": 1,
}
MEETING: dict[str, Any] = {
    "unit_id": "example-1",
    "name": "نمونه",
    "begin": "2026-12-11T09:00:00+03:30",
    "end": "2026-12-11T09:20:00+03:30",
    "table": 1,
    "third": None,
}
ANSWERS: dict[str, dict[str, Any]] = {
    "MeetingsAnswer": {"meetings": [MEETINGS], "next": None},
    "MeetingPlanAnswer": MEETINGS
    | {"actor": "key:0123456789ab", "replaces": None, "digest": "0" * 64, "plan": {"format": 1, "version": 1}},
    "MeetingsJobAnswer": {
        "job_id": "bWVldGluZ3M",
        "event": "INVA",
        "state": "done",
        "version": 1,
        "made_at": "2026-11-30T08:30:00+00:00",
        "moved_at": "2026-11-30T08:30:02+00:00",
        "problem": None,
    },
    "OwnMeetingsAnswer": {
        "event": "INVA",
        "date": "2026-12-11",
        "investor": "food-fund",
        "version": 1,
        "made_at": "2026-11-30T08:30:00+00:00",
        "synthetic": True,
        "meetings": [MEETING],
        "unmet": [
            {
                "unit_id": "example-2",
                "name": "نمونه ۲",
                "why": "not_arranged",
                "text": "no meeting could be arranged",
            }
        ],
        "cancelled": [],
    },
    "WebhookAnswer": WEBHOOK,
    "WebhooksAnswer": {"webhooks": [WEBHOOK], "next": None},
    "NewWebhook": WEBHOOK | {"secret": "whsec_c2hvd24gdGhpcyBvbmNl"},
    "MessageAnswer": MESSAGE,
    "MessagesAnswer": {"messages": [MESSAGE], "next": None},
    "ComparisonAnswer": {"meta": META, "units": [UNIT, UNIT | {"unit_id": "example-2"}], "differing": ["jobs_now"]},
    "OfficeRankings": {
        "meta": META,
        "asked": ASKED_OF_THE_OFFICE,
        "total": 1,
        "top": 20,
        "weighing": WEIGHING,
        "units": [OFFICE_UNIT | {"bank_debt_rial": 12_000_000_000, "feasibility_point": 0.21}],
    },
    "OfficeWorth": {
        "meta": META,
        "asked": ASKED_OF_THE_OFFICE,
        "total": 1,
        "top": 20,
        "price_year": 1405,
        "assumptions": {"real_discount_rate": 0.125},
        "units": [OFFICE_UNIT | {"npv_point": 12_500_000_000.0, "economics_gaps": ["sales_by_norm"]}],
    },
    "OfficeEconomics": {
        "meta": META,
        "economics": {
            "unit_id": "example-1",
            "judged": True,
            "gaps": ["sales_by_norm"],
            "price_year": 1405,
            "figures": {"npv": {"value": 12_500_000_000.0, "measure": "rial"}},
        },
    },
    "OfficePlan": {
        "meta": META,
        "plan": {
            "unit_id": "example-1",
            "status": "reached",
            "price_year": 1405,
            "steps": [{"act": "restructure_debt", "owner": "bank", "months": 6.0}],
        },
    },
    "ImportAnswer": IMPORT,
    "ImportsAnswer": {"imports": [IMPORT | {"result": None}], "next": None},
    "PeriodAnswer": {"report": {"start": "2026-03-21", "end": "2026-11-23", "events": 12}},
    "ModelsAnswer": {
        "models": [
            {
                "version": "1405-09-02-example",
                "digest": "0" * 64,
                "promoted_at": "2026-11-30T08:30:00+00:00",
                "reason": "first",
                "metrics": {},
                "at_work": True,
            }
        ],
        "next": None,
    },
    "PromotedAnswer": {"version": "1405-09-02-example", "card": {"name": "Ehya, first model"}},
    "WithdrawnAnswer": {"number": 12, "withdrawn": True},
    "UnitPage": {"meta": META, "total": 1, "limit": 20, "offset": 0, "next": None, "units": [UNIT]},
    "UnitAlone": {"meta": META, "unit": UNIT, "why": WHY},
    "OutcomeAnswer": OUTCOME,
    "OutcomesAnswer": {"outcomes": [OUTCOME], "next": None},
    "PackagesAnswer": {"packages": [PACKAGE]},
    "PackageAnswer": PACKAGE | {"gone": [], "units": [UNIT]},
    "AgreementAnswer": {"package": "inva@1", "investor": "food-fund", "agreed": True, "confirmed": False},
    "KeptMandate": MANDATE,
    "KeptMandates": {"mandates": [MANDATE], "next": None},
    "KeptList": HEADING | {"page": [PLACE], "next": None},
    "KeptLists": {"shortlists": [HEADING], "next": None},
    "ListChanges": {"list_id": "b3hhbXBsZS1saXN0", "before": None, "entered": ["example-1"], "left": [], "moved": []},
    "KeptReaction": SAID,
    "KeptReactions": {"reactions": [SAID], "next": None},
    "KeptRequest": REQUESTED,
    "KeptRequests": {"requests": [REQUESTED], "next": None},
    "RequestFiguresAnswer": {
        "level_days": 7,
        "level_basis": "assumed",
        "window_days": 90,
        "answered": 12,
        "median_days": 3.5,
        "due": 14,
        "in_time": 0.79,
    },
    "UnitEconomics": {
        "meta": META,
        "unit_id": "example-1",
        "origin": "synthetic",
        "judged": True,
        "gaps": ["sales_by_norm", "debts_unknown"],
        "price_year": 1405,
        "figures": {
            "net_jobs": {"value": 15.3, "measure": "persons"},
            "npv": {"value": 12_500_000_000.0, "measure": "rial"},
            "npv_usd": {"value": None, "measure": "usd", "reason": "no_exchange_rate"},
        },
        "dscr": [None, None, 1.4],
        "statements": {"sales": [0.0, 40_000_000_000.0, 160_000_000_000.0]},
        "draws": {"npv_positive": 0.58, "expected_net_jobs": 3.2},
        "assumptions": {"real_discount_rate": 0.125, "loan_rate": 0.23},
        "text": {
            "net_jobs": "15.3 persons",
            "debts_unknown": "Not all of its debts are known: they count as nil",
            "note": "Made with private fields unknown: old debts are not in it.",
        },
    },
    "Questions": {"meta": META, "ask": [ASKED]},
    "Rankings": {"meta": META, "total": 1, "top": 20, "weighing": WEIGHING, "units": [UNIT]},
    "ServiceHealth": {
        "status": "ok",
        "keys_unread": False,
        "version": "5f3e9a1b7c2d4e60718293a4",
        "age_seconds": 61.5,
        "checked_seconds_ago": 0.8,
        "meta": META,
        "counts": {"units": 300, "scorable": 280, "offer": 120},
    },
    "ModelAnswer": {
        "meta": META,
        "card": {
            "name": "Ehya, first model",
            "version": "1405-09-02-example",
            "kind": "reported",
            "origin": "reported",
            "scores": {"model": {"brier": 0.247, "brier_low": 0.241, "brier_high": 0.253, "rows": 173, "units": 173}},
            "not_for": {"decide_without_visit": "deciding on one unit without a visit"},
        },
    },
    "ShortlistAnswer": {
        "meta": META,
        "mandate": "food-fund",
        "run_id": "0a1b2c3d4e5f60718293a4b5",
        "counts": {"units": 300, "feasible": 1, "shown": 1},
        "weights": {"sector": 0.5, "feasibility": 0.5},
        "units": [
            {
                "position": 1,
                "fit": 0.605,
                "parts": {"sector": 0.5, "feasibility": 0.105},
                "reasons": ["sector_liked"],
                "unknown": [],
                "price_basis": "same_year",
                "text": {"reasons": ["In a sector the investor likes"]},
                "unit": UNIT,
            }
        ],
        "opening": None,
        "why_not": [STANDING],
        "excluded": {"sector_refused": 12},
    },
}
"""Example of each answer, by the name of its shape; a test holds them to the shapes."""
