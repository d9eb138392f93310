"""Written answers are kept within their room, whoever asks."""

from serving.api.shelf import Prepared


def test_the_answer_asked_for_longest_ago_makes_room():
    prepared = Prepared(limit=8)
    for name in ("a", "b"):
        prepared.answer(name, lambda: b"1234")
    prepared.find("a")
    prepared.answer("c", lambda: b"5678")
    found = [prepared.find(name) for name in ("a", "b", "c")]
    assert [reply and reply.body for reply in found] == [b"1234", None, b"5678"]


def test_an_answer_larger_than_the_room_is_given_and_not_kept():
    prepared = Prepared(limit=3)
    assert prepared.answer("a", lambda: b"1234").body == b"1234"
    assert prepared.find("a") is None


def test_questions_that_differ_in_one_letter_are_two():
    prepared = Prepared()
    assert prepared.answer(("a", b"1"), lambda: b"one").body == b"one"
    assert prepared.answer(("a", b"2"), lambda: b"two").body == b"two"
    assert prepared.answer(("a", b"1"), lambda: b"new").body == b"one"
