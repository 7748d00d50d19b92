"""Build the site that documents the models: every table, column and the lineage on one page that needs no server.

``make docs`` writes ``build/docs/index.html``. The tables are made empty in an embedded database of their own, because
dbt takes the columns' types from there; nothing of the person who runs it is read and nothing is downloaded.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def build(folder: Path) -> Path:
    """Write the site into a folder; gives its page.

    Raises:
        SystemExit: dbt could not write it; says why.
    """
    from dbt.cli.main import dbtRunner
    from psycopg.conninfo import conninfo_to_dict

    from lifetracer.settings import Settings
    from lifetracer.transform.project import PROFILE_VARIABLES, PROJECT
    from lifetracer.transform.run import transform
    from lifetracer.warehouse import open as open_warehouse
    from lifetracer.warehouse.migrate import migrate

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lifetracer-") as home:
        Path(home).chmod(0o711)  # where PostgreSQL may not run as root, another user's process has to pass
        settings = Settings(home=Path(home) / "home")
        with open_warehouse(settings) as warehouse:
            migrate(warehouse)
            transform(warehouse, settings)
            address = conninfo_to_dict(warehouse.dsn)
            os.environ.update({name: str(address[part]) for part, name in PROFILE_VARIABLES.items() if part in address})
            target = Path(home) / "target"
            flags = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--no-partial-parse", "--quiet")
            places = ("--target-path", str(target), "--log-path", home, "--log-level-file", "none")
            answer = dbtRunner().invoke(["docs", "generate", "--static", *flags, *places])
            if not answer.success:
                raise SystemExit(f"The documentation of the models could not be written: {answer.exception}")
        return Path(shutil.copy(target / "static_index.html", folder / "index.html"))


def main() -> None:
    """Build the site into the folder given, by default ``build/docs``, and tell where it is."""
    page = build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "docs")
    print(f"Open {page}")


if __name__ == "__main__":
    main()
