"""Why a loss was refused."""

from collections.abc import Mapping

from vae_core.config.errors import ConfigError, RefusedConfig


class Refusal(RefusedConfig):
    """A loss that cannot be translated: one sentence, and the field to blame (by default `code`)."""

    def __init__(self, message: str, field: str = "code"):
        super().__init__([ConfigError(field, message)])


class Missing(RefusedConfig):
    """A loss whose names lack values: one sentence for each, blamed on `values.NAME`."""

    def __init__(self, needs: Mapping[str, str]):
        super().__init__(
            [ConfigError(f"values.{name}", f"{name} {what}: give its value.") for name, what in needs.items()]
        )
