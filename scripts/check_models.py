"""Tell which dbt models break the rules of the house; ``make check`` fails when one does.

Law: only the parsed project is read, so that no database is needed; what a database is needed for (unit tests, laws
of the data, whether every column that is made is described) is asked in ``tests/transform``.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).parent.parent / "src" / "lifetracer" / "transform"
MADE_AS = {"staging": "view", "core": "incremental", "marts": "view"}
"""Layer → how its models are made. A core table is never rebuilt: that would drop the views people are reading."""

GRAIN = re.compile(r"\b[Oo]ne row per (?:[^.]|\.(?=\S))+\.$")
"""A description's last sentence."""

FOREIGN = re.compile(r"\b(?:from|join)\s+(?:raw|staging|app|ops)\.", re.IGNORECASE)


def parse(project: Path = PROJECT) -> Manifest:
    """Read a dbt project; needs no database.

    Raises:
        SystemExit: dbt cannot read it; says why.
    """
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    with tempfile.TemporaryDirectory() as folder:
        flags = ("--project-dir", str(project), "--profiles-dir", str(project))
        places = ("--target-path", folder, "--log-path", folder, "--log-level", "none", "--log-level-file", "none")
        answer = dbtRunner().invoke(["parse", *flags, *places, "--quiet", "--no-partial-parse"])
    if not isinstance(answer.result, Manifest):
        raise SystemExit(f"The dbt project cannot be read: {answer.exception}")
    return answer.result


def problems(manifest: Manifest, project: Path = PROJECT) -> list[str]:
    """List what is missing or forbidden, one sentence each, by model."""
    from dbt.contracts.graph.nodes import GenericTestNode

    keys = {
        node.attached_node: node.test_metadata.kwargs.get("columns", [])
        for node in manifest.nodes.values()
        if isinstance(node, GenericTestNode) and node.test_metadata.name == "primary_key"
    }
    models = sorted(
        (node for node in manifest.nodes.values() if node.resource_type == "model"), key=lambda node: node.name
    )
    return [
        f"{Path(model.original_file_path).parts[1]}/{model.name}: {problem}"
        for model in models
        for problem in (
            *_documentation(model, project),
            *_key(model, keys.get(model.unique_id)),
            *_layer(model, manifest),
        )
    ]


def _documentation(model: Any, project: Path) -> Iterator[str]:
    said = " ".join(model.description.split())
    if not said:
        yield "has no description."
    elif not GRAIN.search(said):
        yield "its description does not end with the grain, “One row per …”."
    if not (project / model.original_file_path).with_suffix(".yml").is_file():
        yield "has no YAML of its own beside it."
    if not model.columns:
        yield "describes no column."
    for column in model.columns.values():
        if not column.description.strip():
            yield f"its column {column.name} has no description."


def _key(model: Any, key: list[str] | None) -> Iterator[str]:
    if not key:
        yield "has no primary_key test."
    for column in key or ():
        if column not in model.columns:
            yield f"the column {column} of its key is not described."


def _layer(model: Any, manifest: Manifest) -> Iterator[str]:
    layer = Path(model.original_file_path).parts[1]
    if model.schema != layer:
        yield f"lies in the schema {model.schema}."
    if model.config.materialized != MADE_AS[layer]:
        yield f"is made as {model.config.materialized}, not as {MADE_AS[layer]}."
    if model.config.contract.enforced != (layer == "marts"):
        yield "has no enforced contract." if layer == "marts" else "has a contract, which only marts have."
    if layer != "marts":
        return
    if next(iter(model.columns), None) != "account_id":
        yield "does not begin with account_id."
    if not any("security_invoker = true" in hook.sql for hook in model.config.post_hook):
        yield "would show everybody everything: it is not set to security_invoker."
    for name in model.depends_on.nodes:
        read = manifest.nodes.get(name) or manifest.sources[name]
        if read.schema != "core":
            yield f"reads {read.schema}.{read.name}; a mart reads core and nothing else."
    if FOREIGN.search(model.raw_code):
        yield "names a table of another schema instead of ref()."


def main() -> None:
    """Print what is wrong and fail when there is anything."""
    found = problems(parse())
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
