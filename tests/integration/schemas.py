"""JSON documents against docs/schemas/, with no field that is not there."""

import json
from pathlib import Path

import jsonschema

SCHEMAS = Path(__file__).resolve().parents[2] / "docs/schemas"


def strict(schema):
    """The same schema, refusing what it does not name: a field that nobody documented."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    if "properties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed


def validate(name, document):
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, strict(schema), cls=jsonschema.Draft202012Validator)


def names():
    return sorted(path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.json"))
