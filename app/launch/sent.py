"""What a browser sends of the form, and what it asks for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from app.launch.field_errors import SEEDS
from app.launch.origin import Origin
from app.launch.request import MAX_RUNS, LaunchRequest
from app.run_rules import LONGEST_NAME
from vae_core.config.limits import MAX_SEED
from vae_core.config.train_config import ConfigError, RefusedConfig

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
    def read(cls, form: Mapping[str, str]) -> Self:
        """The form's own fields from those of the configuration; the button beside an error sets one of those."""
        fields = dict(form)
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
        request = LaunchRequest(
            name=self.name or None,
            preset=(self.preset or None) if whole else None,
            config=origin.meaning(self.fields),
            twin=self.twin,
        )
        errors = []
        try:
            configs = request.configs()
        except RefusedConfig as refused:
            configs, errors = [], refused.errors
        count = _whole(self.seeds) if self.seeds else 1
        most = MAX_RUNS // max(1, len(configs))
        if not count or count > most:
            each = "Seeds" if most == MAX_RUNS else f"Seeds for each of {len(configs)} runs"
            errors.append(ConfigError(SEEDS, f"{each}: a whole number from 1 to {most}", most if count else 1))
        elif count > 1 and configs and configs[0].seed + count - 1 > MAX_SEED:
            errors.append(ConfigError("seed", f"seed leaves no room for {count} seeds", 0, spans=True))
        if errors:
            raise RefusedConfig(errors)
        if not count or count == 1:
            return request
        first = configs[0].seed
        return request.model_copy(update={"seeds": list(range(first, first + count))})


def _whole(typed: str) -> int | None:
    """A number that was typed or hidden in the form; None where there is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 17 else None
