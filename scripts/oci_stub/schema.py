"""Write the schema of the Oracle resources that folders of Terraform files use: schema.py PULUMI_OCI FOLDER ….

The real provider cannot be had where there is no Terraform registry. The Python package `pulumi-oci` is generated from
the same provider: its argument classes tell each resource's arguments, which are required, and its nested blocks. That
suffices for `terraform validate` and `terraform test` to find misspelt arguments, missing ones and wrong references;
values (enumerations, ranges) and rules between arguments are not checked.
"""

import ast
import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

DEEPEST = 6

ROOT = Path(sys.argv[1])


def used(folders: list[str]) -> set[tuple[str, str]]:
    """Find (resource or data, type) in the folders."""
    text = "\n".join(path.read_text(encoding="utf-8") for folder in folders for path in Path(folder).glob("*.tf"))
    return set(re.findall(r'^(resource|data) "(oci_\w+)"', text, flags=re.MULTILINE))


@cache
def classes(path: Path) -> dict[str, ast.ClassDef]:
    """Read a file's classes."""
    return {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)}


def parameters(node: ast.ClassDef | ast.FunctionDef) -> dict[str, tuple[ast.expr, bool]]:
    """Read names → annotation and whether it is required, of a class's ``__init__`` or of a function."""
    if isinstance(node, ast.ClassDef):
        found = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"]
        if not found:
            return {}
        arguments = found[0].args
        pairs = list(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    else:
        arguments = node.args
        missing = len(arguments.args) - len(arguments.defaults)
        pairs = list(zip(arguments.args, [None] * missing + list(arguments.defaults), strict=True))
    return {
        name.arg: (name.annotation, default is None)
        for name, default in pairs
        if name.annotation is not None and name.arg != "opts"
    }


def kind(annotation: ast.expr, nested: Path, ending: str, depth: int) -> Any:
    """Translate an annotation: ``string``, ``["list", …]``, ``map``, or a nested block with its fields."""
    text = ast.unparse(annotation)
    many = "Sequence" in text
    words = [n.value for n in ast.walk(annotation) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    blocks = [word.removeprefix("outputs.") for word in words if word.endswith(ending)]
    if blocks:
        node = classes(nested).get(blocks[0])
        return {"many": many, "fields": fields(node, nested, ending, depth + 1) if node and depth < DEEPEST else {}}
    if "Mapping" in text:
        return "map"
    base = "number" if re.search(r"\b(int|float)\b", text) else "bool" if "bool" in text else "string"
    return ["list", base] if many else base


def fields(node: ast.ClassDef | ast.FunctionDef, nested: Path, ending: str, depth: int = 0) -> dict[str, Any]:
    """Describe everything that a block takes."""
    return {
        name: {"is": kind(annotation, nested, ending, depth), "required": required}
        for name, (annotation, required) in parameters(node).items()
    }


def resource(path: Path) -> dict[str, Any]:
    """Describe a resource: what it takes, and what it tells besides."""
    found = classes(path)
    arguments = next(name for name in found if name.endswith("Args"))
    takes = fields(found[arguments], path.parent / "_inputs.py", "Args")
    tells = {
        node.name: kind(node.returns, path.parent / "outputs.py", "", DEEPEST - 2)
        for node in found[arguments.removesuffix("Args")].body
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and node.name not in {*takes, "__init__", "get"}
    }
    return {"takes": takes, "tells": tells}


def data(path: Path) -> dict[str, Any]:
    """Describe a data source likewise; what it tells may be lists of objects."""
    tree = ast.parse(path.read_text())
    name = path.stem
    function = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name)
    takes = fields(function, path.parent / "_inputs.py", "Args")
    result = next(node for found, node in classes(path).items() if found.startswith("Get"))
    tells: dict[str, Any] = {}
    for node in result.body:
        if isinstance(node, ast.FunctionDef) and node.returns is not None and node.name not in takes:
            tells[node.name] = kind(node.returns, path.parent / "outputs.py", "Result", DEEPEST - 2)
    return {"takes": takes, "tells": tells}


def main() -> None:
    """Look up what is used and print it."""
    files = {
        ("oci" + path.parent.name + path.stem).replace("_", ""): path
        for path in ROOT.glob("*/*.py")
        if not path.name.startswith("_")
    }
    written: dict[str, Any] = {"resource": {}, "data": {}}
    for form, name in sorted(used(sys.argv[2:])):
        room, rest = name.removeprefix("oci_").split("_", 1)
        wanted = f"oci{room}{'get' if form == 'data' else ''}{rest}".replace("_", "")
        wanted = next(
            (known for known in (wanted, wanted.replace("wafweb", "waf")) if known in files), ""
        )  # Pulumi's name
        if not wanted:
            sys.exit(f"{name} ({form}) is not known to the provider.")
        written[form][name] = resource(files[wanted]) if form == "resource" else data(files[wanted])
    json.dump(written, sys.stdout)


if __name__ == "__main__":
    main()
