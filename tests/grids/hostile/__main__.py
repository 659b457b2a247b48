"""More mutations on demand: python -m tests.grids.hostile COUNT SEED [FIRST]

Without a seed, one that nobody has tried. A fault names its number: COUNT 1 and that FIRST make it again.
"""

from __future__ import annotations

import secrets
import sys

from tests.grids.hostile.fuzzing import live_through


def main(count: str = "10000", seed: str = "", first: str = "0") -> int:
    """Live through them; 1 when one did not end as it should."""
    told = live_through(int(count), seed or secrets.token_hex(4), first=int(first))
    sys.stdout.write(f"{told}\n")
    return 1 if told.faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
