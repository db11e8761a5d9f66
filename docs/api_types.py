"""The TypeScript types of the API's answers, made from its OpenAPI document. `python -m docs.api_types` writes them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent
from typing import Any

from app.main import create_app
from app.settings import Settings

FILE = Path(__file__).parent.parent / "static" / "js" / "types" / "api.d.ts"
HEAD = "// What the API answers. Made from its OpenAPI document: `python -m docs.api_types` writes this file.\n"
NAMES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

Json = dict[str, Any]


def document() -> Json:
    """The OpenAPI document of the application as it is."""
    with TemporaryDirectory() as data:
        app = create_app(Settings(data=Path(data)))
        app.state.database.close()
        return app.openapi()


def api_types(document: Json) -> str:
    """`Answers`, the JSON of each operation that succeeds, and an exported type for every schema that these use."""
    answers = dict(_answers(document))
    schemas = document.get("components", {}).get("schemas", {})
    rows = "".join(f"  {json.dumps(name)}: {_indented(typescript(schema))};\n" for name, schema in answers.items())
    parts = [HEAD, f"/** The JSON that each operation answers with. */\nexport interface Answers {{\n{rows}}}\n"]
    for name in sorted(_reached(answers.values(), schemas)):
        parts.append(f"{_comment(schemas[name])}export type {_identifier(name)} = {typescript(schemas[name])};\n")
    return "\n".join(parts)


def typescript(schema: Json) -> str:  # noqa: PLR0911  a line for each keyword
    """A JSON schema as a TypeScript type. What is not understood is `unknown`, never something wrong."""
    match schema:
        case {"$ref": reference}:
            return _identifier(_name(reference))
        case {"const": value}:
            return json.dumps(value, ensure_ascii=False)
        case {"enum": values}:
            return _union(json.dumps(value, ensure_ascii=False) for value in values)
        case {"anyOf": options} | {"oneOf": options}:
            return _union(map(typescript, options))
        case {"allOf": options}:
            return " & ".join(_grouped(typescript(option)) for option in options)
        case {"type": list(kinds)}:
            return _union(typescript({**schema, "type": kind}) for kind in kinds)
        case {"type": "array"}:
            return _array(schema)
        case {"type": "object"} | {"properties": _}:
            return _object(schema)
        case {"type": kind}:
            return NAMES.get(kind, "unknown")
    return "unknown"


def _array(schema: Json) -> str:
    if "prefixItems" in schema:
        items = [typescript(item) for item in schema["prefixItems"]]
        if isinstance(schema.get("items"), dict):  # pydantic describes a tuple without them
            items.append(f"...{_grouped(typescript(schema['items']))}[]")
        return f"[{', '.join(items)}]"
    return f"{_grouped(typescript(schema.get('items', {})))}[]"


def _object(schema: Json) -> str:
    fields = schema.get("properties", {})
    others = schema.get("additionalProperties", not fields)  # of a record with fields, none unless it says so
    value = typescript(others) if isinstance(others, dict) else "unknown"
    rest = "" if others is False else f"{{ [key: string]: {value} }}"
    if not fields:
        return rest or "Record<string, never>"
    required = schema.get("required", [])
    rows = [
        f"{_comment(field)}{_key(name)}{'' if name in required else '?'}: {typescript(field)};"
        for name, field in fields.items()
    ]
    return "{\n" + indent("\n".join(rows), "  ") + "\n}" + (f" & {rest}" if rest else "")


def _indented(type_: str) -> str:
    """A type of several lines, two columns further to the right."""
    return type_.replace("\n", "\n  ")


def _union(types: Any) -> str:
    return " | ".join(dict.fromkeys(types))


def _grouped(type_: str) -> str:
    """A type in parentheses, if it would otherwise bind to what follows it."""
    return f"({type_})" if re.search(r" [|&] ", type_) else type_


def _comment(schema: Json) -> str:
    text = " ".join(schema.get("description", "").replace("*/", "* /").split())
    return f"/** {text} */\n" if text else ""


def _key(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name)


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _identifier(name: str) -> str:
    """A schema's name without what generic models put into it, such as brackets."""
    return re.sub(r"\W+", "_", name)


def _answers(document: Json) -> Iterator[tuple[str, Json]]:
    """The schema of each operation's answer, under its method and path, where that answer is JSON."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                schema = answer.get("content", {}).get("application/json", {}).get("schema")
                if status.startswith("2") and schema:
                    yield f"{method.upper()} {path}", schema


def _reached(schemas: Any, named: Json) -> set[str]:
    """The names of all schemas that these refer to, and those to others."""
    reached: set[str] = set()
    waiting = [_name(reference) for schema in schemas for reference in _references(schema)]
    while waiting:
        if (name := waiting.pop()) not in reached:
            reached.add(name)
            waiting += [_name(reference) for reference in _references(named[name])]
    return reached


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for part in schema.values():
            yield from _references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _references(part)


if __name__ == "__main__":
    FILE.write_text(api_types(document()))
