"""An event as the office prepares it: one answer to which lists it has, whatever shows them."""

from serving.desk.gathered import event_wishes, gathered
from serving.desk.mandates import keep_list, make_list, react, save_mandate
from serving.desk.workspace import open_register
from tests.serving.api.parties import BY

ANY = {"risk_appetite": "high", "accept_unknown": True}


def test_an_event_has_a_list_for_each_mandate_of_an_investor_without_what_it_declined(own_copy):
    with open_register(own_copy.settings) as register:
        for owner, name in (("fund", "food"), ("fund", "steel"), ("rival", "food"), ("key:1", "job")):
            save_mandate(register, owner, {"id": name, **ANY}, **BY)
        made = make_list(register, "fund", "food", own_copy.stock)
        kept = keep_list(register, made, top=1, **BY)
        unit = str(kept.places[0]["unit_id"])
        react(
            register,
            "fund",
            kept.list_id,
            {"unit_id": unit, "kind": "declined", "reason": "place"},
            stock=own_copy.stock,
            **BY,
        )
        found = gathered(register, "INVA", own_copy.stock)
        wishes = event_wishes(register)
    assert [(one.owner, one.name) for one in found.mandates] == [("fund", "food"), ("fund", "steel"), ("rival", "food")]
    assert [unit in one.unit_id for one in found.lists.shortlists] == [False, False, True]
    assert wishes.lists(own_copy.stock).run_id == found.lists.run_id
