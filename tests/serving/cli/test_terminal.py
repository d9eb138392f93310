"""What reaches a person's terminal."""

from __future__ import annotations

from serving.cli.terminal import Terminal
from serving.i18n import speech


def test_a_name_out_of_a_file_cannot_steer_the_terminal(capsys):
    hostile = "واحد \x1b]0;owned\x07\x1b[2Jنمونه\x9b31m"
    for language in ("fa", "en"):
        terminal = Terminal(speech(language))
        terminal.line(hostile)
        terminal.fail(hostile)
        terminal.warn(hostile)
        terminal.table(["نام"], [[hostile]], title="واحدها")
        terminal.pairs([("نام", hostile)])
        terminal.entries([[hostile, hostile]])
    shown = capsys.readouterr()
    assert not [letter for letter in shown.out + shown.err if letter in "\x1b\x07\x9b"]
    assert "نمونه" in shown.out
