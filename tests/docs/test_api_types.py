"""The scripts' types are those of the API."""

import pytest

from docs.api_types import FILE, Json, api_types, document, typescript


def test_the_file_is_what_the_api_says() -> None:
    assert FILE.read_text() == api_types(document()), "run `python -m docs.api_types` to write the file again"


@pytest.mark.parametrize(
    ("schema", "type_"),
    [
        ({}, "unknown"),
        ({"type": "string", "format": "date-time"}, "string"),
        ({"type": "integer"}, "number"),
        ({"type": ["number", "null"]}, "number | null"),
        ({"$ref": "#/components/schemas/Run"}, "Run"),
        ({"$ref": "#/components/schemas/Page[Run]"}, "Page_Run_"),
        ({"const": "digits"}, '"digits"'),
        ({"enum": ["a", "b", 3, None]}, '"a" | "b" | 3 | null'),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]}, "number | null"),
        ({"oneOf": [{"$ref": "#/a/A"}, {"$ref": "#/a/B"}], "discriminator": {"propertyName": "kind"}}, "A | B"),
        ({"allOf": [{"$ref": "#/a/A"}, {"anyOf": [{"type": "null"}, {"$ref": "#/a/B"}]}]}, "A & (null | B)"),
        ({"type": "array", "items": {"type": "string"}}, "string[]"),
        ({"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "null"}]}}, "(number | null)[]"),
        ({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}, "number[][]"),
        ({"type": "array"}, "unknown[]"),
        ({"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}], "minItems": 2}, "[number, string]"),
        ({"type": "array", "prefixItems": [{"type": "number"}], "items": {"type": "null"}}, "[number, ...null[]]"),
        ({"type": "object"}, "{ [key: string]: unknown }"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "{ [key: string]: number }"),
        ({"type": "object", "additionalProperties": {}}, "{ [key: string]: unknown }"),
        ({"type": "object", "additionalProperties": False}, "Record<string, never>"),
        ({"type": "file"}, "unknown"),
    ],
)
def test_every_keyword_has_its_type(schema: Json, type_: str) -> None:
    assert typescript(schema) == type_


def test_a_record_has_its_fields_and_what_is_said_of_them() -> None:
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "integer", "description": "Unique\nand never */ used again."},
            "content-type": {"type": "string"},
            "inner": {"type": "object", "properties": {"x": {"type": "null"}}, "additionalProperties": True},
        },
    }
    assert typescript(schema) == (
        "{\n"
        "  /** Unique and never * / used again. */\n"
        "  id: number;\n"
        '  "content-type"?: string;\n'
        "  inner?: {\n"
        "    x?: null;\n"
        "  } & { [key: string]: unknown };\n"
        "}"
    )


def test_answers_come_with_the_schemas_that_they_use_and_no_others() -> None:
    def answer(schema: Json, content: str = "application/json") -> Json:
        return {"content": {content: {"schema": schema}}}

    run = {"$ref": "#/components/schemas/Run"}
    made = api_types(
        {
            "paths": {
                "/runs/{id}": {
                    "get": {"responses": {"404": answer({"$ref": "#/components/schemas/Refusal"}), "200": answer(run)}},
                    "delete": {"responses": {"204": {}}},
                },
                "/runs": {"get": {"responses": {"200": answer({"type": "array", "items": run})}}},
                "/log": {"get": {"responses": {"200": answer({"type": "string"}, "text/plain")}}},
            },
            "components": {
                "schemas": {
                    "Run": {
                        "description": "A run.",
                        "type": "object",
                        "properties": {"parent": run, "state": {"$ref": "#/a/State"}},
                    },
                    "State": {"enum": ["running", "finished"]},
                    "Refusal": {"type": "string"},
                }
            },
        }
    )
    assert made.split("\n", 2)[2] == (
        "/** The JSON that each operation answers with. */\n"
        "export interface Answers {\n"
        '  "GET /runs/{id}": Run;\n'
        '  "GET /runs": Run[];\n'
        "}\n\n"
        "/** A run. */\n"
        "export type Run = {\n"
        "  parent?: Run;\n"
        "  state?: State;\n"
        "};\n\n"
        'export type State = "running" | "finished";\n'
    )
