"""Tell which functions, classes and methods nobody uses (vulture; a name in a template or in SQL counts as used).

Fields of data classes are left alone: they are the shape of data that templates, JSON and SQL read by name.
"""

import re
import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).parent.parent
CODE = ("src/lifetracer", "scripts", "benchmarks", "tests")
READERS = (".html", ".typ", ".sql", ".js", ".toml", ".yml")
DECLARED = (
    "@*.command",
    "@*.callback",
    "@*.get",
    "@*.post",
    "@*.put",
    "@*.patch",
    "@*.delete",
    "@*.head",
    "@*.api_route",
)
DECLARED += ("@*.stream", "@*.exception_handler", "@*.middleware", "@*.on", "@field_validator", "@given", "@pytest.*")
CALLED_BY_LIBRARIES = ("__*__", "command", "list_commands", "format_commands", "do_*", "log_message", "sync_auth_flow")


def main() -> None:
    """Print what is unused and fail when there is anything."""
    vulture = Vulture(ignore_names=list(CALLED_BY_LIBRARIES), ignore_decorators=list(DECLARED))
    vulture.scavenge([str(ROOT / folder) for folder in CODE], exclude=["*/.venv*"])
    readers = (path for path in (ROOT / "src").rglob("*") if path.suffix in READERS)
    words = {
        word for path in [*readers, ROOT / "pyproject.toml"] for word in re.findall(r"\w+", path.read_text("utf-8"))
    }
    unused = [
        item
        for item in vulture.get_unused_code(min_confidence=60)
        if (item.typ in {"function", "class", "method", "property", "import", "unreachable_code"})
        and item.name not in words
        and Path(item.filename).is_relative_to(ROOT / "src")
        and Path(item.filename).name != "rows.py"  # generated whole from the live schema
    ]
    for item in unused:
        print(f"{Path(item.filename).relative_to(ROOT)}:{item.first_lineno}: unused {item.typ} {item.name}")
    sys.exit(1 if unused else 0)


if __name__ == "__main__":
    main()
