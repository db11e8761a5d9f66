"""Why a configuration was refused, in sentences for people: the field, the value, the bound."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError


class ConfigError(ValueError):
    """One refused field: its name, a sentence that names the value and the bound, and the bound itself.

    Of a rule that `spans` fields, the bound is what to choose instead.
    """

    def __init__(self, field: str, message: str, bound: object = None, *, spans: bool = False):
        super().__init__(message)
        self.field, self.message, self.bound, self.spans = field, message, bound, spans


class RefusedConfig(ValueError):
    """A whole configuration refused: every `ConfigError`, not only the first."""

    def __init__(self, errors: list[ConfigError]):
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


def spanning(field: str, message: str, value: object, bound: object) -> PydanticCustomError:
    """The refusal of a rule that spans fields, blamed on one of them; `message` follows the field's name."""
    return PydanticCustomError("spanning", message, {"field": field, "value": str(value), "bound": bound})


_PHRASES = {
    "greater_than_equal": ("ge", "must be at least {bound}, not {value}"),
    "greater_than": ("gt", "must be above {bound}, not {value}"),
    "less_than_equal": ("le", "must be at most {bound}, not {value}"),
    "literal_error": ("expected", "must be one of {bound}, not {value}"),
    "finite_number": (None, "must be a finite number, not {value}"),
    "int_parsing": (None, "must be a whole number, not {value}"),
    "int_type": (None, "must be a whole number, not {value}"),
    "int_from_float": (None, "must be a whole number, not {value}"),
    "int_parsing_size": (None, "is too large a number"),
    "float_parsing": (None, "must be a number, not {value}"),
    "float_type": (None, "must be a number, not {value}"),
    "too_short": ("min_length", "needs at least {bound} entry"),
    "too_long": ("max_length", "takes at most {bound} entries"),
    "tuple_type": (None, "must be a list of whole numbers, not {value}"),
    "unexpected_keyword_argument": (None, "is not a field of the configuration"),
    "missing": (None, "is missing"),
    "extra_forbidden": (None, "is not known here"),
    "bool_parsing": (None, "must be true or false, not {value}"),
    "string_too_long": ("max_length", "has at most {bound} letters"),
}


def refused(error: ValidationError) -> RefusedConfig:
    """Pydantic's findings, the first of each field: a list of widths may hold thousands."""
    first: dict[str, ConfigError] = {}
    for refusal in map(config_error, error.errors()):
        first.setdefault(refusal.field, refusal)
    return RefusedConfig(list(first.values()))


def config_error(detail: ErrorDetails) -> ConfigError:
    """Pydantic's finding as one sentence in this project's words, blamed on the first part of its place."""
    context = detail.get("ctx", {})
    if detail["type"] == "spanning":
        return ConfigError(context["field"], f"{context['field']} {detail['msg']}", context["bound"], spans=True)
    field = str(detail["loc"][0]) if detail["loc"] else "config"
    key, phrase = _PHRASES.get(
        detail["type"], (None, "was refused: " + detail["msg"].replace("{", "(").replace("}", ")"))
    )
    bound = context.get(key) if key else None
    if isinstance(bound, float) and bound.is_integer():
        bound = int(bound)  # people say 10, not 10.0
    value = repr(detail["input"])
    sentence = phrase.format(bound=bound, value=value if len(value) <= 60 else value[:57] + "…")
    return ConfigError(field, f"{field[:60]} {sentence}", bound)
