"""Runs that would settle a comparison, one click away. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.comparison.standing import by_dataset, groups, names, status_note
from app.launch.form import preset_address, sibling_address
from app.records import Run
from vae_core.presets import PRESETS
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
    """Where each configuration has one run: two more seeds of each, at once where they are one preset's."""
    called = [(run, name) for run, name in zip(runs, names(runs), strict=True) if not status_note(run)]
    known = [run for run, _ in called]
    if len(known) < 2 or len(set(groups(known))) < len(known):
        return ()
    seed = max(run.train_config.seed for run in known) + 1
    more: dict[str, Any] = {"seed": seed, "seeds": MORE_SEEDS}
    if address := _whole_preset(known, more):
        return (Action(f"{1 + MORE_SEEDS} seeds each", {"seed": seed}, address),)
    if len(known) > FEW:
        return ()
    return tuple(
        Action(f"{MORE_SEEDS} more seeds of {name}", {"seed": seed}, sibling_address(run.id, more))
        for run, name in called
    )


def _whole_preset(runs: Sequence[Run], more: dict[str, Any]) -> str | None:
    """The form of the preset that launched exactly these runs, with what was changed in all of them."""
    preset = PRESETS.get(runs[0].preset or "")
    if preset is None or len({(run.preset, run.group) for run in runs}) > 1 or len(preset.changes) != len(runs):
        return None
    configs = [run.train_config for run in runs]
    common = {
        name: value
        for name, value in configs[0].to_dict().items()
        if all(getattr(one, name) == getattr(configs[0], name) for one in configs)
    }
    planned = preset.configs()
    changes = {name: value for name, value in common.items() if any(one.to_dict()[name] != value for one in planned)}
    if set(preset.configs(changes)) != set(configs):
        return None
    return preset_address(preset.name, changes | more)
