"""A stand-in for Oracle's Terraform provider: it knows the schema beside it (see schema.py) and does nothing else."""

import json
from pathlib import Path
from typing import Any

from tf import runner, types
from tf import schema as s
from tf.gen import tfplugin_pb2

SCHEMA = json.loads((Path(__file__).parent / "schema.json").read_text())
SETTINGS = ("region", "tenancy_ocid", "user_ocid", "fingerprint", "private_key_path", "auth", "config_file_profile")


class ListBlock(s.NestedBlock):
    """A nested block that may come several times; the library knows sets only."""

    def __init__(self, name: str, block: s.Block) -> None:
        super().__init__(name, s.NestMode.Set, block)

    def to_pb(self) -> Any:
        """Write it as the protocol's list."""
        written = super().to_pb()
        written.nesting = tfplugin_pb2.Schema.NestedBlock.NestingMode.LIST
        return written

    def encode(self, value: Any) -> Any:
        """Take it as it is."""
        return value

    decode = encode


class Objects(types.String):
    """A list of objects that a data source tells."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def tf_type(self) -> bytes:
        """Write the type as Terraform's JSON."""
        return json.dumps(
            ["list", ["object", {name: told(field["is"]) for name, field in self.fields.items()}]]
        ).encode()


def told(kind: Any) -> Any:
    """Write the type of an object's field as Terraform's JSON."""
    if isinstance(kind, dict):
        return ["list", ["object", {name: told(field["is"]) for name, field in kind["fields"].items()}]]
    return ["map", "string"] if kind == "map" else kind


def typed(kind: Any) -> types.TfType:
    """Translate a kind of the schema."""
    if isinstance(kind, dict):
        return Objects(kind["fields"])
    if isinstance(kind, list):
        return types.List(typed(kind[1]))
    simple = {
        "string": types.String(),
        "number": types.Number(),
        "bool": types.Bool(),
        "map": types.Map(types.String()),
    }
    return simple[kind]


def singular(name: str) -> str:
    """Give Terraform's name of a block that Pulumi calls by its plural."""
    return name[:-3] + "y" if name.endswith("ies") else name.removesuffix("s")


def body(fields: dict[str, Any]) -> tuple[list[s.Attribute], list[s.NestedBlock]]:
    """Translate what a block takes."""
    attributes, blocks = [], []
    for name, field in fields.items():
        kind, required = field["is"], field["required"]
        if isinstance(kind, dict):
            inner = s.Block(*body(kind["fields"]))
            blocks += [ListBlock(known, inner) for known in ({name, singular(name)} if kind["many"] else {name})]
        else:
            attributes.append(
                s.Attribute(name, typed(kind), required=required, optional=not required, computed=not required)
            )
    return attributes, blocks


def made(name: str, described: dict[str, Any]) -> type:
    """Make the class of a resource or a data source."""
    attributes, blocks = body(described["takes"])
    there = {attribute.name for attribute in attributes} | {block.type_name for block in blocks}
    attributes += [
        s.Attribute(told_name, typed(kind), computed=True)
        for told_name, kind in ({"id": "string"} | described["tells"]).items()
        if told_name not in there
    ]

    class Known:
        def __init__(self, *_: object) -> None:
            pass

        @classmethod
        def get_name(cls) -> str:
            return name.removeprefix("oci_")

        @classmethod
        def get_schema(cls) -> s.Schema:
            return s.Schema(attributes=attributes, block_types=blocks, version=0)

        def validate(self, *_: object) -> None:
            pass

    Known.__name__ = name
    return Known


class Oracle:
    """What the library asks of a provider."""

    def get_model_prefix(self) -> str:
        """Give the prefix of all types."""
        return "oci_"

    def get_provider_schema(self, _: object) -> s.Schema:
        """Give the settings of the block `provider`."""
        return s.Schema(attributes=[s.Attribute(name, types.String(), optional=True) for name in SETTINGS], version=0)

    def full_name(self) -> str:
        """Give the name under which Terraform looks for it."""
        return "oracle/oci"

    def validate_config(self, *_: object) -> None:
        """Accept every setting."""

    configure_provider = validate_config

    def get_data_sources(self) -> list[type]:
        """Give the known data sources."""
        return [made(name, described) for name, described in SCHEMA["data"].items()]

    def get_resources(self) -> list[type]:
        """Give the known resources."""
        return [made(name, described) for name, described in SCHEMA["resource"].items()]

    def get_functions(self) -> list[type]:
        """Give none."""
        return []

    def new_resource(self, known: type) -> object:
        """Make one."""
        return known()

    new_data_source = new_function = new_resource


if __name__ == "__main__":
    runner.run_provider(Oracle())
