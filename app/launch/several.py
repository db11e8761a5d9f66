"""Several values in one field of the form: "0.5, 1, 4"; of lists, which have commas, "200; 400, 400". Pure."""

import re

from app.launch.labels import schema
from vae_core.config.train_config import json_schema

JOINT = "; "


def split(name: str, text: str) -> list[str]:
    """The values that were typed or chosen, each once; one where a comma may be a decimal point or group thousands."""
    if name not in json_schema()["properties"]:
        return [text]
    if ";" in text or schema(name).get("type") == "array":
        parts = text.split(";")
    elif schema(name).get("type") not in {"integer", "number"} or re.search(r",\s|,.*,|\..*,|,.*\.", text):
        parts = text.split(",")
    else:
        parts = [text]
    values = list(dict.fromkeys(filter(None, map(str.strip, parts))))
    return values if values and len(parts) > 1 else [text]


def joined(values: list[str]) -> str:
    """Values of one field as one text."""
    return JOINT.join(values)
