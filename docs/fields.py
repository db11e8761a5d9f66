"""The README's table of configuration fields, made from the schema. `python -m docs.fields` writes it."""

from pathlib import Path
from typing import Any

from vae_core.config.train_config import json_schema

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- fields -->\n", "<!-- /fields -->"


def fields_table() -> str:
    """One row a field: name, values or bounds, default, help."""
    rows = ["| field | values | default | meaning |", "|---|---|---|---|"]
    for name, schema in json_schema()["properties"].items():
        rows.append(f"| `{name}` | {_values(schema)} | {_default(schema)} | {_escaped(schema['description'])} |")
    return "\n".join(rows) + "\n"


def _values(schema: dict[str, Any]) -> str:
    main = schema.get("anyOf", [schema])[0]
    if "enum" in main:
        return " ".join(f"`{choice}`" for choice in main["enum"])
    if main["type"] == "boolean":
        return "`false` `true`"
    if main["type"] == "array":
        return f"`none`, or up to {main['maxItems']} from {main['items']['minimum']} to {main['items']['maximum']:,}"
    low = f"above {_number(main['exclusiveMinimum'])}" if "exclusiveMinimum" in main else _number(main["minimum"])
    return f"{low} to {_number(main['maximum'])}"


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def _default(schema: dict[str, Any]) -> str:
    default = schema["default"]
    if default is None:
        return "empty"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{', '.join(map(str, default))}`" if isinstance(default, list) else f"`{default}`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    before, _, rest = README.read_text().partition(BEGIN)
    README.write_text(before + BEGIN + fields_table() + END + rest.partition(END)[2])
