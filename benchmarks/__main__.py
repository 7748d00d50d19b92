"""`make bench`: run the benchmarks, print their tables, keep them in benchmarks/results.md."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import analysis, first_load, forecast, jobs, marts, pages, scale, start, targets
from benchmarks.table import table

BENCHMARKS = {
    "first load of 100 000 entries": first_load.run,
    "start": start.run,
    "scale": scale.run,
    "marts": marts.run,
    "pages of ten years": pages.run,
    "jobs": jobs.run,
    "analysis of five years": analysis.run,
    "forecast of real logs": forecast.run,
    "targets on real logs": targets.run,
}


def main() -> None:
    """Run all, or those whose name contains the given word."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    parts = [
        "# Benchmarks",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        "`make bench` measures anew.",
    ]
    for name, run in BENCHMARKS.items():
        if word in name:
            parts += [f"## {name[0].upper()}{name[1:]}", table(run())]
            print("\n\n".join(parts[-2:]), "\n", flush=True)
    if not word:
        Path(__file__).with_name("results.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


main()
