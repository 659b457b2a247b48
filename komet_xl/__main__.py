"""python -m komet_xl."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from komet_xl.cli.main import run  # noqa: PLC0415  `import komet_xl.__main__` must stay free of the command line

    sys.exit(run())


if __name__ == "__main__":
    main()
