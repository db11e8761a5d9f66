"""From one launch request to the configurations that it means: preset, changes, twin, seeds. Pure."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.errors import Refused
from app.run_rules import LONGEST_NAME, LONGEST_TAG, MOST_TAGS
from app.text.labels import distinguishing
from vae_core.config.fields import LINEAR
from vae_core.config.limits import MAX_SEED
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig
from vae_core.presets import PRESETS

MAX_RUNS = 100
Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
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
    seeds: Annotated[list[Seed], Field(max_length=MAX_RUNS)] = []
    """Launch every run once with each of these seeds."""
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
        if self.seeds:
            configs = [replace(config, seed=seed) for seed in dict.fromkeys(self.seeds) for config in configs]
        if len(configs) > MAX_RUNS:
            raise Refused(f"seeds make {len(configs)} runs, more than the {MAX_RUNS} of one launch", "seeds")
        return configs

    def names(self, configs: list[TrainConfig], base: str) -> list[str]:
        """One name a run: the base alone, or with what the runs of this launch differ in."""
        base = self.name or base
        if len(configs) == 1:
            return [base]
        return [
            " ".join(filter(None, [base, words, f"s{config.seed}" * bool(self.seeds)]))
            for words, config in zip(distinguishing(configs), configs, strict=True)
        ]


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
