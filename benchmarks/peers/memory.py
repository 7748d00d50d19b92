"""How much memory a process had at most; for lifetracer's part and the peers' environments alike."""

from __future__ import annotations

from pathlib import Path


def peak_mb(process: int | str = "self") -> float:
    """Give the most memory in megabytes that a process held, from Linux's ``VmHWM``; 0 when it has ended.

    ``ru_maxrss`` will not do: a child inherits that of whoever started it, here 200 MB.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
