"""How a dataclass describes itself in a JSON schema: a docstring below a field says what the field holds."""

from pydantic import ConfigDict

DESCRIBED = ConfigDict(use_attribute_docstrings=True)  # as `__pydantic_config__` of the dataclass
