"""docs/cli.md from --help: `python -m tests.support.clidoc` writes it, a test compares it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from komet_xl.cli.main import COMMANDS, group

PATH = Path(__file__).resolve().parent.parent.parent / "docs" / "cli.md"
HEAD = """# The command line

Made from `--help` by `python -m tests.support.clidoc`. Scripts may rely on the words, the exit codes and the JSON.

JSON of `check` and `push`: `{"file", "sheet", "counts", "requests", "outcomes": [{"row", "ref", "verdict", "status",
"message"}]}`. `counts` has the keys `ready accepted rejected not_sent invalid unknown held skipped`, `verdict` is one
of them, every row that is not blank is in `outcomes`, and the counts add up to them. `ready` occurs only in `check`.
`skipped` is a row that is `1` or `confirmed` already, outside `--rows`, or hidden and not included. A row that is
unknown from an earlier push counts as `unknown`. `requests`: check tells how many order requests a push would need,
push how many requests it made. An error is `{"error", "exit_code"}`.
"""


def page() -> str:
    """The whole page."""
    runner = CliRunner()
    parts = [HEAD]
    for words in ([], *([name] for name in COMMANDS)):
        told = runner.invoke(group, [*words, "--help"], prog_name="komet-xl", terminal_width=100)
        parts.append(f"\n## {' '.join(['komet-xl', *words])}\n\n```text\n{told.output.rstrip()}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8", newline="\n")
