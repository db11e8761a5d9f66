"""From one launch request to the configurations that it means: preset, changes, twin, seeds. Pure."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod, sqrt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from app.errors import Refused
from app.run_rules import LONGEST_NAME, LONGEST_TAG, MOST_TAGS
from app.text.labels import distinguishing
from vae_core.config.fields import LINEAR
from vae_core.config.limits import MAX_SEED
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig
from vae_core.presets import PRESETS

MAX_RUNS = 100
RequestId = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{8,64}$")]
Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
KINDS = ("as a number", "as a list")  # of what `seeds` takes
Seeds = Annotated[
    Annotated[int, Field(ge=1, le=MAX_RUNS), Tag(KINDS[0])]
    | Annotated[list[Seed], Field(max_length=MAX_RUNS), Tag(KINDS[1])],
    Discriminator(lambda value: KINDS[isinstance(value, list)]),
]
Tags = Annotated[list[Annotated[str, Field(min_length=1, max_length=LONGEST_TAG)]], Field(max_length=MOST_TAGS)]


class LaunchRequest(BaseModel):
    """The body of `POST /api/runs`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: Name | None = None
    """What to call the run; by default a friendly name. Several runs of one launch get it with what differs."""
    tags: Tags = []
    """What to file the run under."""
    config: dict[str, Any] = {}
    """Changes to the preset's fields, or to the defaults."""
    preset: Name | None = None
    """The preset to begin from."""
    seeds: Seeds = []
    """Launch every run once with each of these seeds; of a number, with as many, from its own on."""
    vary: dict[str, Annotated[list[Any], Field(min_length=1, max_length=MAX_RUNS)]] = {}
    """Launch every run once with each combination of these values, by field of the configuration."""
    request_id: RequestId | None = None
    """A mark of the sender's own: the same one launches once, whatever else is sent with it again."""
    paused: bool = False
    """Whether the runs wait, paused, until somebody resumes them."""
    twin: bool = False
    """Whether to launch the same run with the other loss, too."""

    def configs(self) -> list[TrainConfig]:
        """Every run to launch. Raises `RefusedConfig` or `Refused` before anything is stored."""
        if self.preset is None:
            configs = [TrainConfig.parse(self.config)]
        elif self.preset in PRESETS:
            configs = list(PRESETS[self.preset].configs(self.config))
        else:
            raise Refused(f"preset must be one of {', '.join(PRESETS)}, not {self.preset!r}", "preset")
        if self.twin and len(configs) == 1:
            configs.append(twin_of(configs[0]))
        configs = crossed(configs, self.vary)
        every = [self._seeded(config) for config in configs]
        most = max((len(seeded) for seeded in every), default=0)
        if len(configs) * most > MAX_RUNS:
            what = " and ".join(filter(None, ["vary" * bool(self.vary), "seeds" * bool(self.seeds)]))
            message = f"{what} make {len(configs) * most:,} runs, more than the {MAX_RUNS} of one launch"
            raise Refused(message, "vary" if len(configs) > MAX_RUNS else "seeds")
        return [seeded[at] for at in range(most) for seeded in every]

    def _seeded(self, config: TrainConfig) -> list[TrainConfig]:
        """One configuration with each of the seeds."""
        if not isinstance(self.seeds, int):
            return [replace(config, seed=seed) for seed in dict.fromkeys(self.seeds)] or [config]
        last = config.seed + self.seeds - 1
        if last > MAX_SEED:
            message = f"seed must be at most {MAX_SEED - self.seeds + 1} for {self.seeds} seeds, not {config.seed}"
            raise RefusedConfig([ConfigError("seed", message, 0, spans=True)])
        return [replace(config, seed=seed) for seed in range(config.seed, last + 1)]

    def names(self, configs: list[TrainConfig], base: str) -> list[str]:
        """One name a run: the base alone, or with what the runs of this launch differ in."""
        base = self.name or base
        if len(configs) == 1:
            return [base]
        several = len({config.seed for config in configs}) > 1
        return [
            " ".join(filter(None, [base, words, f"s{config.seed}" * several]))
            for words, config in zip(distinguishing(configs), configs, strict=True)
        ]


def without_seed(name: str) -> str:
    """The name of a run without the seed at its end, as `names` writes it."""
    return re.sub(r" s\d+$", "", name)


def crossed(configs: Sequence[TrainConfig], vary: Mapping[str, Sequence[Any]]) -> list[TrainConfig]:
    """Every configuration with every combination of values; those that train the same, since a field does not count
    beside others, once. Raises `RefusedConfig`, `Refused`.
    """
    fields = TrainConfig().to_dict()
    for name in vary:
        if name not in fields:
            raise Refused(f"vary must name fields of a configuration, such as beta, not {name[:60]!r}", "vary")
        if name == "seed":
            raise Refused("vary takes no seed: give the seeds as seeds, such as 3 or [0, 1, 2]", "seeds")
    count = prod(map(len, vary.values()))
    if count * len(configs) > MAX_RUNS:
        raise Refused(f"vary makes {count * len(configs):,} runs, more than the {MAX_RUNS} of one launch", "vary")
    made: dict[tuple[str, int, int], TrainConfig] = {}
    for values in product(*vary.values()):
        for config in configs:
            one = TrainConfig.parse({**config.to_dict(), **_lengths(vary), **dict(zip(vary, values, strict=True))})
            made.setdefault((one.seedless, one.seed, one.total_steps), one)
    return list(made.values())


def _lengths(vary: Mapping[str, Sequence[Any]]) -> dict[str, None]:
    """What a varied length replaces: of epochs and steps whichever ends first would hide the other."""
    return {"epochs": None} if "max_steps" in vary and "epochs" not in vary else {}


def varied(configs: Sequence[TrainConfig]) -> list[str]:
    """The fields in which several configurations differ."""
    values = [config.to_dict() for config in configs]
    return [name for name in TrainConfig().to_dict() if any(one[name] != values[0][name] for one in values)]


def is_twin(config: TrainConfig, other: TrainConfig) -> bool:
    """Whether a launch of `config` with its twin would launch `other` too."""
    return config.binarize == "none" and twin_of(config) == other


def twin_of(config: TrainConfig) -> TrainConfig:
    """The same run with the other loss: same seed, so the same first weights, batches and noise.

    BCE's twin is the plain squared error, any other loss's is BCE, on the same pixels. Raises `RefusedConfig` for
    pixels that were made binary, which no other likelihood describes.
    """
    if config.binarize != "none":
        message = f"binarize is {config.binarize}, and binary pixels have no other loss for a twin: choose none"
        raise RefusedConfig([ConfigError("binarize", message, "none", spans=True)])
    if config.likelihood == "bernoulli":
        return replace(config, likelihood="gaussian", scale="fixed", sigma=sqrt(0.5))
    return replace(config, likelihood="bernoulli")


def command_line(config: TrainConfig) -> str:
    """The shell command that trains the same configuration; it names only what differs from the defaults."""
    defaults = TrainConfig().to_dict()
    given = {name: value for name, value in config.to_dict().items() if value != defaults[name]}
    settings = (f"--set {shlex.quote(f'{name}={_argument(value)}')}" for name, value in given.items())
    return " ".join(["elboard train", *settings])


def _argument(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return (",".join(map(str, value)) or LINEAR) if isinstance(value, list) else str(value)
