"""A button pressed in a process of its own, as Excel does it.

`python -m tests.support.pressing FILE BUTTON [ANSWER ...]` prints what was said, one JSON list. Asked whether to stop
another push, the person says no. With SAVE=1 in the environment the workbook is saved at the end, with SAVE=always
after every block that is written, as AutoSave does.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from komet_xl.addin import press
from tests.support.xlengine import World, install


def main() -> int:
    """Open the workbook, press, answer."""
    file, button, *answers = sys.argv[1:]
    world = World()
    install(world)
    book = world.open(Path(file))
    if os.environ.get("SAVE") == "always":
        world.on_write = book.save
    world.answers.extend(answers)
    world.on_alert = lambda prompt: world.answers.appendleft("no") if "Stop it" in prompt else None
    code = press.main([f"komet.{button}", "--wb=", "--from_xl=1", "--hwnd=0"])
    if os.environ.get("SAVE") == "1":
        book.save()
    sys.stdout.write(json.dumps(world.alerts))
    return code


if __name__ == "__main__":
    sys.exit(main())
