"""Where a form began, and what its fields mean on top of that: an emptied one falls back to it. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.errors import Refused
from app.launch.labels import may_be_empty, typed_values
from app.launch.request import is_twin, varied
from vae_core.config.train_config import TrainConfig
from vae_core.presets import PRESETS

LENGTH = ("epochs", "max_steps")  # each may be empty, and both together mean nothing
DEFAULTS = typed_values(TrainConfig())


@dataclass(frozen=True)
class Origin:
    """The preset, the earlier run or the defaults that a form was filled in from."""

    owner: str = "the default"
    values: Mapping[str, str] = field(default_factory=lambda: DEFAULTS)  # as typed
    decided: Collection[str] = ()  # the fields in which a preset's runs differ, which its form leaves out
    twin: bool = False  # whether it starts the run with the other loss, too

    @property
    def whose(self) -> str:
        """What stands behind a value, as in "10 (preset's)"."""
        return "default" if self.owner == "the default" else f"{self.owner.removeprefix('the ')}'s"

    def meaning(self, sent: Mapping[str, str]) -> dict[str, str]:
        """The values that a form's fields mean: an emptied one has the origin's, and so has an emptied length.

        A field that is not there was hidden by another choice; it is left out, so that it has its default.
        """
        values = {name: text.strip() for name, text in sent.items()}
        endless = all(values.get(name) == "" for name in LENGTH)

        def falls_back(name: str) -> bool:
            return not values[name] and (not may_be_empty(name) or (endless and name in LENGTH))

        return {name: self.values.get(name, "") if falls_back(name) else text for name, text in values.items()}


def of_preset(name: str) -> Origin:
    """The first run of a preset, and what its others change. Raises `Refused` where there is none of this name."""
    if name not in PRESETS:
        raise Refused(f"preset must be one of {', '.join(PRESETS)}, not {name!r}", "preset")
    configs = PRESETS[name].configs()
    twin = len(configs) == 2 and is_twin(*configs)
    return Origin("the preset", typed_values(configs[0]), () if twin else varied(configs), twin)


def of_run(run_id: int, config: TrainConfig) -> Origin:
    """An earlier run."""
    return Origin(f"run {run_id}", typed_values(config))
