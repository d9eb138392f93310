"""``ehya data``: what was written, and what the table is."""

from __future__ import annotations

from serving.cli.terminal import Terminal
from serving.desk.learning import DataWritten


def show_data(terminal: Terminal, found: DataWritten) -> None:
    """Print where the files are, and the figures of the datasheet that a person looks at first."""
    words, sheet = terminal.speech, found.datasheet
    document = {"folder": str(found.folder), "digests": found.digests, "datasheet": sheet}
    if terminal.answer(document):
        return
    terminal.say("cli.written", path=str(found.folder))
    if sheet["synthetic"]:
        terminal.line(words.text("models.synthetic"), "bold yellow")
    lines = [(words.text(f"datasheet.{name}"), words.number(sheet[name])) for name in ("rows", "units", "positive")]
    lines.append((words.text("datasheet.base_rate"), words.share(sheet["base_rate"], 1)))
    first, last = words.date(sheet["first_date"]), words.date(sheet["last_date"])
    lines.append((words.text("datasheet.dates"), f"{first} … {last}"))
    terminal.pairs(lines, title=words.text("datasheet.title"))
    terminal.table(
        [words.text("datasheet.file"), "SHA-256"], [[name, digest[:16]] for name, digest in found.digests.items()]
    )
