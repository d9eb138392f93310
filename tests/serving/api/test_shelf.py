"""Written answers are kept within their room, whoever asks."""

from serving.api.shelf import Prepared


def test_a_long_question_takes_no_more_room_than_a_short_one():
    prepared = Prepared()
    for number in range(3):
        prepared.answer(("shortlist", b"x" * 65_536 + b"%d" % number), lambda: b"none")
    assert [len(key) for key in prepared.kept] == [32, 32, 32]


def test_questions_that_differ_in_one_letter_are_two():
    prepared = Prepared()
    assert prepared.answer(("a", b"1"), lambda: b"one") == b"one"
    assert prepared.answer(("a", b"2"), lambda: b"two") == b"two"
    assert prepared.answer(("a", b"1"), lambda: b"new") == b"one"
