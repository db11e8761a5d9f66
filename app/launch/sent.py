"""What a browser sends of the form, and what it asks for. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from app.errors import Refused
from app.launch.field_errors import SEEDS
from app.launch.origin import Origin
from app.launch.request import MAX_RUNS, LaunchRequest
from app.launch.several import joined, split
from app.run_rules import LONGEST_NAME
from vae_core.config.limits import MAX_SEED
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig

LONGEST_KEY = 40


@dataclass(frozen=True)
class Sent:
    """The form as it was sent."""

    fields: Mapping[str, str]  # of the configuration; those that another choice hides are not among them
    preset: str = ""  # what it began from
    like: int | None = None  # the run that it began from
    fork: int | None = None  # the step with whose weights that run is to go on
    name: str = ""
    seeds: str = ""
    twin: bool = False
    key: str = ""  # the same one launches once

    @classmethod
    def read(cls, items: Iterable[tuple[str, object]]) -> Self:
        """The form's own fields from those of the configuration; the button beside an error sets one of those.

        A field that is there several times, as where several choices are marked, has several values.
        """
        given: dict[str, list[str]] = {}
        for name, value in items:
            if isinstance(value, str):
                given.setdefault(name, []).append(value)
        fields = {name: joined(values) for name, values in given.items()}
        field, _, value = fields.pop("remedy", "").partition("=")
        if field:
            fields[field] = value
        return cls(
            preset=fields.pop("preset", ""),
            like=_whole(fields.pop("from", "")),
            fork=_whole(fields.pop("fork", "")),
            name=fields.pop("name", "").strip()[:LONGEST_NAME],
            seeds=fields.pop(SEEDS, "").strip(),
            twin=bool(fields.pop("twin", "")),
            key=fields.pop("key", "")[:LONGEST_KEY],
            fields=fields,
        )

    def request(self, origin: Origin) -> LaunchRequest:
        """What to launch: a preset as it is where no field was sent. Raises `RefusedConfig` with all that is wrong."""
        whole = not self.fields or set(origin.decided) - self.fields.keys()
        values = {name: split(name, text) for name, text in origin.meaning(self.fields).items()}
        vary = {name: each for name, each in values.items() if len(each) > 1}
        request = LaunchRequest(
            name=self.name or None,
            preset=(self.preset or None) if whole else None,
            config={name: each[0] for name, each in values.items()},
            twin=self.twin,
        )
        errors = self._wrong_counts(vary)
        configs: list[TrainConfig] = []
        try:
            configs = request.configs()  # first without what varies, so that no error is told once a combination
            configs = configs if errors else request.model_copy(update={"vary": vary}).configs()
        except RefusedConfig as refused:
            errors += refused.errors
        except Refused as refused:
            errors.append(ConfigError(_largest(vary), refused.message))
        seeds = self._seeds()
        most = MAX_RUNS // max(1, len(configs))
        if seeds is None or (seeds if isinstance(seeds, int) else len(seeds)) > most:
            each_one = "Seeds" if most == MAX_RUNS else f"Seeds for each of {len(configs)} runs"
            text = f"{each_one}: a whole number from 1 to {most}, or the seeds themselves, such as 0, 1, 5"
            errors.append(ConfigError(SEEDS, text, 1 if seeds is None else most))
        elif isinstance(seeds, int) and configs and configs[0].seed + seeds - 1 > MAX_SEED:
            errors.append(ConfigError("seed", f"seed leaves no room for {seeds} seeds", 0, spans=True))
        if errors or seeds is None:
            raise RefusedConfig(errors)
        return request.model_copy(update={"vary": vary, "seeds": [] if seeds == 1 else seeds})

    def _wrong_counts(self, vary: Mapping[str, Sequence[str]]) -> list[ConfigError]:
        """What cannot have several values here."""
        if self.fork:
            return [ConfigError(name, f"{name} has one value in a run that goes on from another") for name in vary]
        if "seed" in vary:
            return [ConfigError("seed", "seed has one value: several go into Seeds, such as 0, 1, 5")]
        return []

    def _seeds(self) -> int | list[int] | None:
        """How many seeds, or which; None where neither was typed."""
        parts = [part.strip() for part in re.split("[,;]", self.seeds or "1") if part.strip()]
        seeds = [_whole(part) for part in parts]
        if len(seeds) == 1:
            return seeds[0] or None
        listed = [seed for seed in seeds if seed is not None and seed <= MAX_SEED]
        return list(dict.fromkeys(listed)) if listed and len(listed) == len(seeds) else None


def _largest(vary: Mapping[str, Sequence[str]]) -> str:
    """The field with the most values."""
    return max(vary, key=lambda name: len(vary[name]))


def _whole(typed: str) -> int | None:
    """A number that was typed or hidden in the form; None where there is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 17 else None
