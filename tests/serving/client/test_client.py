"""Whoever writes against the service with the client meets units, lists and refusals, no HTTP."""

import http.server
import json
import threading
from typing import ClassVar

import pytest

from serving.api.examples import ANSWERS
from serving.client import Client, Refused
from serving.desk.keys import add_key
from tests.serving.api.parties import BY, DAY_OF_MEETINGS, at_work, fresh

MANDATE = {"id": "food-1", "risk_appetite": "high", "accept_unknown": True}


@pytest.fixture(scope="module")
def found(shared, first_day, tmp_path_factory):
    """A workspace to which nobody else adds: what is kept is counted here."""
    return at_work(fresh(shared, tmp_path_factory.mktemp("client")), first_day)


@pytest.fixture(scope="module")
def served(found, listen):
    with listen(found.app()) as there:
        yield there


@pytest.fixture
def of(found, served):
    """A client with the key of a role."""
    clients = []

    def made(role, **more):
        clients.append(Client(served, found.keys.get(role), **more))
        return clients[-1]

    yield made
    for client in clients:
        client.close()


def test_an_investor_reads_saves_lists_and_reacts(of, found):
    fund = of("investor")
    units = list(fund.units(limit=25))
    assert len(units) == len({unit.unit_id for unit in units}) == len(found.stock.units)
    assert fund.unit(found.agreed[0]).private.fields["bank_debt_rial"] > 7e11
    assert len(fund.compare(*found.agreed[:2]).units) == 2
    saved = fund.save_mandate(MANDATE)
    changed = fund.change_mandate(MANDATE | {"risk_appetite": "medium"}, version=saved.version)
    with pytest.raises(Refused) as refused:
        fund.change_mandate(MANDATE, version=saved.version)
    assert (refused.value.status, refused.value.code) == (412, "mandate_changed")
    made = fund.make_list("food-1", top=2)
    places = list(fund.places(made.list_id, limit=5))
    assert [place.position for place in places] == list(range(1, made.places + 1))
    assert fund.react(made.list_id, places[0].unit_id, "interested").kind == "interested"
    assert [one.unit_id for one in fund.reactions()] == [places[0].unit_id]
    asked = fund.ask(made.list_id, places[0].unit_id, "visit", "May we see it?")
    assert of("planner").answer(asked.request_id, "On any day.").state == "answered"
    assert [one.answer for one in fund.requests()] == [fund.request(asked.request_id).answer] == ["On any day."]
    again = fund.ask(made.list_id, places[0].unit_id, "visit", "And on Friday?")
    assert fund.withdraw_request(again.request_id).state == "withdrawn"
    assert fund.request_figures().answered is None  # of others alone, and there are none
    assert of("planner").request_figures().answered == 1
    assert [one.list_id for one in fund.lists()] == [made.list_id]
    assert fund.changes(made.list_id).before is None
    assert [one.version for one in fund.mandates()] == [changed.version]
    assert fund.shortlist(MANDATE, top=3).counts.shown == 3
    assert fund.package("inva@1").unit_count == 3
    assert fund.health().status == "ok"


def test_the_office_ranks_plans_records_and_sends_registers(of, found):
    office = of("planner", language="fa")
    first = office.office_rankings(top=1).units[0]["unit_id"]
    assert office.office_worth(top=1, assume=["loan_rate=0.3"]).units[0]["unit_id"] == first
    assert office.plan(first).plan["unit_id"] == first
    assert office.office_economics(first, draws=100).economics["unit_id"] == first
    event = office.record(unit=found.agreed[0], kind="visited", happened_on="2026-01-10")
    better = office.correct(event.number, unit=found.agreed[0], kind="visited", happened_on="2026-01-11")
    assert [one.number for one in office.outcomes()] == [better.number]
    assert office.withdraw_outcome(better.number).withdrawn
    sent = office.send_register("new.csv", b"Unit name,County,Jobs now\nA,Khoy,12\n", as_of="2026-01-01")
    done = office.wait_for(sent.job_id, every=0.05, seconds=30)
    assert done.result.new == 1
    assert office.download("/v1/office/reports/ranking.xlsx", top=3).startswith(b"PK")
    assert office.period("2026-01-01", "2026-02-01").report["events"] == 0


def test_a_bank_reads_its_claims_answers_and_states_what_it_wants(of, found):
    name = "Secret bank 0007"
    found.keys[name] = add_key(found.settings, name="seven", role="bank", investor=name, **BY).key
    office, bank = of("planner"), of(name)
    (claim,) = bank.bank_claims()
    asked = office.ask_bank(name, claim.unit_id, "price", "For how much?")
    assert [one.ask_id for one in bank.bank_asks(state="waiting")] == [asked.ask_id]
    assert bank.answer_ask(asked.ask_id, "agreed", "So much.", rial=10**12).rial == 10**12
    assert [one.answer for one in office.bank_asks(bank=name)] == ["So much."]
    assert bank.state_bank_wishes(claim.unit_id, {"partners": ["operator"]}).wishes == {"partners": ["operator"]}
    assert [one.unit_id for one in bank.bank_wishes()] == [claim.unit_id]
    assert bank.take_back_bank_wishes(claim.unit_id).wishes == {}


def test_the_office_plans_meetings_and_an_investor_reads_its_day(of, found):
    office, fund = of("planner"), of("investor")
    fund.save_mandate(MANDATE | {"id": "meetings"})
    sent = office.plan_meetings(DAY_OF_MEETINGS | {"event": "رویداد"}, owners=["fund"])
    done = office.wait_for_meetings(sent.event, sent.job_id, every=0.05, seconds=60)
    assert (done.version, done.problem) == (1, None)
    plan = office.meeting_plan("رویداد")
    assert [one.event for one in office.meetings()] == ["رویداد"]
    own = fund.own_meetings("رویداد")
    assert len(own.meetings) == plan.meetings > 0
    assert fund.own_calendar("رویداد").startswith(b"BEGIN:VCALENDAR")
    again = office.plan_meetings_again("رویداد", own.meetings[0].unit_id, version=plan.version, since="09:00")
    assert office.wait_for_meetings("رویداد", again.job_id, every=0.05, seconds=60).version == 2
    with pytest.raises(Refused) as refused:
        office.plan_meetings_again("رویداد", "fund", version=1)
    assert (refused.value.status, refused.value.code) == (412, "meetings_changed")
    assert office.meeting_plan("رویداد", version=1).digest == plan.digest
    assert [one.unit_id for one in fund.own_meetings("رویداد").cancelled] == [own.meetings[0].unit_id]


def test_a_refusal_says_what_the_service_said_in_the_language_asked_for(of):
    with pytest.raises(Refused) as refused:
        of("investor", language="fa").unit("nobody")
    assert (refused.value.status, refused.value.code) == (404, "unknown_unit")
    assert not refused.value.problem["detail"].isascii()
    with pytest.raises(Refused, match="role_refused"):
        of("investor").office_rankings()
    with pytest.raises(Refused, match="key_missing"):
        next(of("nobody").units())
    with pytest.raises(ValueError, match="no http"):
        Client("ftp://example.org")


EVENT = json.dumps(ANSWERS["OutcomeAnswer"] | {"number": 1}).encode()


class Flaky(http.server.BaseHTTPRequestHandler):
    """Is busy twice, breaks the connection once, then answers."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list] = []

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.seen.append(self.headers["idempotency-key"])
        if len(self.seen) == 3:
            self.close_connection = True
            return
        body = b'{"code": "too_many_requests"}' if len(self.seen) < 3 else EVENT
        self.send_response(429 if len(self.seen) < 3 else 200)
        self.send_header("retry-after", "7")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_write_is_sent_again_under_its_own_key_and_waits_as_it_is_told():
    waits = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Flaky) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with Client(f"http://127.0.0.1:{server.server_address[1]}", sleep=waits.append) as client:
            assert client.record(unit="x").number == 1
        server.shutdown()
    assert (len(Flaky.seen), len(set(Flaky.seen))) == (4, 1)
    assert waits == [7.0, 7.0, 2.0]
