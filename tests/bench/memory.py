"""How much memory a process has had at most. Imports nothing that an empty process has not loaded anyway."""

from __future__ import annotations

import sys


def peak() -> int:
    """
    The most memory this process has had so far, in bytes.

    On Linux not getrusage's maximum: a new process inherits that from whoever started it.
    """
    if sys.platform == "linux":
        with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123  pathlib would count as ours
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM:"))
    if sys.platform == "win32":
        import psutil  # noqa: PLC0415  only where it is needed, and after the work

        return int(psutil.Process().memory_info().peak_wset)
    import resource  # noqa: PLC0415  Windows has none

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(peak())
