"""Why runs came out as they did, and which run would settle it: computed, each with its number. Pure."""

from dataclasses import dataclass
from typing import Any

from vae_core.schema import DESCRIBED


@dataclass(frozen=True)
class Action:
    """A run that would settle something, one click away."""

    __pydantic_config__ = DESCRIBED

    label: str
    """What the click does, in a few words."""
    changes: dict[str, Any]
    """The fields of the configuration that change; of several seeds, those beside the run's own."""
    address: str
    """The filled form, or the page with the button that does it."""


@dataclass(frozen=True)
class Reason:
    """Why a run came out as it did."""

    __pydantic_config__ = DESCRIBED

    run: int
    """The number of the run that it is about."""
    text: str
    """The reason with its numbers, in a sentence or two."""
    nats: float | None
    """How much it explains, nats per image; null where that cannot be computed."""
    actions: tuple[Action, ...]
    """What would show whether it is the reason."""
