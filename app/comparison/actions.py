"""Runs that would settle a comparison, one click away. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.comparison.standing import by_dataset, groups, names, status_note
from app.launch.form import sibling_address
from app.records import Run
from vae_core.schema import DESCRIBED

MORE_SEEDS = 2  # beside the one that a run has
FEW = 4  # configurations, up to which each gets a button of its own


@dataclass(frozen=True)
class Action:
    """What would settle something, one click away."""

    __pydantic_config__ = DESCRIBED

    label: str
    """What the click does, in a few words."""
    changes: dict[str, Any]
    """The fields of the configuration that change; of several seeds, those of the first new run."""
    address: str
    """The filled form, the page with the button that does it, or the comparison that has an answer."""


def settling_actions(runs: Sequence[Run]) -> tuple[Action, ...]:
    """Where runs look at different images, those of the same side by side; else more seeds."""
    sharing = by_dataset(runs)
    if len(sharing) == 1:
        return seed_actions(runs)
    return tuple(
        Action(f"Compare the {len(places)} of {title}", {}, compare_address([runs[place] for place in places]))
        for title, places in sharing.items()
        if len(places) > 1
    )


def compare_address(runs: Sequence[Run]) -> str:
    """The page that compares these runs."""
    return f"/compare?runs={','.join(str(run.id) for run in runs)}"


def seed_actions(runs: Sequence[Run]) -> tuple[Action, ...]:
    """Where each configuration has one run: more seeds of each, in their group where they were launched together."""
    called = [(run, name) for run, name in zip(runs, names(runs), strict=True) if not status_note(run)]
    known = [run for run, _ in called]
    if len(known) < 2 or len(set(groups(known))) < len(known):
        return ()
    seed = max(run.train_config.seed for run in known) + 1
    group = known[0].group
    if group and all(run.group == group for run in runs):
        return (Action("More seeds of each", {"seed": seed}, f"/groups/{group}"),)
    if len(known) > FEW:
        return ()
    more: dict[str, Any] = {"seed": seed, "seeds": MORE_SEEDS}
    return tuple(
        Action(f"{MORE_SEEDS} more seeds of {name}", {"seed": seed}, sibling_address(run.id, more))
        for run, name in called
    )
