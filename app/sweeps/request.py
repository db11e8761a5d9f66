"""From a request for a sweep to what it means, checked before anything is stored. Pure."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.errors import Refused
from app.launch.request import Name, RequestId, Seed
from app.records import Dimension, Pruning, Sampler, SweepSpecification
from app.run_rules import LONGEST_NAME, MOST_TRIALS
from app.sweeps.objectives import check_objectives
from app.sweeps.space import check_space, combinations
from app.text.quantities import UNIT_FIELDS
from vae_core.config.train_config import TrainConfig
from vae_core.presets import PRESETS

MOST_MINUTES = 100_000
LONGEST_SWEEP_NAME = LONGEST_NAME - len(f" #{MOST_TRIALS}")

Trials = Annotated[int, Field(ge=1, le=MOST_TRIALS)]
Minutes = Annotated[float, Field(gt=0, le=MOST_MINUTES)]


class SweepRequest(BaseModel):
    """The body of `POST /api/sweeps`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: Annotated[str, Field(max_length=LONGEST_SWEEP_NAME)] | None = None
    """What to call the sweep; by default a friendly name."""
    config: dict[str, Any] = {}
    """Changes to the preset's fields, or to the defaults."""
    preset: Name | None = None
    """The preset to begin from."""
    space: dict[str, Dimension]
    """For each field to vary a list of values, or an interval: low, high and whether it is logarithmic."""
    sampler: Sampler = "tpe"
    """random, or tpe: drawn from where the trials so far were good."""
    minimise: list[str] = ["negative_elbo"]
    """One held-out quantity, such as negative_elbo, bits_per_dim or mse_per_pixel; or kl and a distortion."""
    trials: Trials | None = None
    """How many runs to make, in all."""
    minutes: Minutes | None = None
    """Minutes of training, over all runs, after which no other begins."""
    seed: Seed = 0
    """Decides all that is drawn."""
    request_id: RequestId | None = None
    """A mark of the sender's own: the same one starts one sweep, whatever else is sent with it again."""
    prune: Pruning = "none"
    """Which runs to pause early: none; those worse than the median; or all but the better half, thrice (halving)."""

    def specification(self) -> SweepSpecification:
        """What to try. Raises `RefusedConfig` or `Refused` with what cannot be done."""
        if self.trials is None and self.minutes is None:
            raise Refused("trials or minutes must say when the sweep is over", "trials")
        if self.prune != "none" and len(self.minimise) > 1:
            raise Refused(f"prune must be none with two quantities to minimise, not {self.prune}", "prune")
        base = self._base()
        space = check_space(base, self.space)
        check_objectives(self.minimise, list(combinations(base, space, UNIT_FIELDS)))
        specification = SweepSpecification(
            config=base.to_dict(),
            space=space,
            sampler=self.sampler,
            minimise=self.minimise,
            seed=self.seed,
            prune=self.prune,
        )
        _try(specification)
        return specification

    def _base(self) -> TrainConfig:
        """What is varied may yet make it whole, so that rules across fields are left to the proposals."""
        if self.preset is None:
            return TrainConfig.parse(self.config, stored=True)
        if self.preset not in PRESETS:
            raise Refused(f"preset must be one of {', '.join(PRESETS)}, not {self.preset!r}", "preset")
        changes = PRESETS[self.preset].changes
        if len(changes) > 1:
            raise Refused(f"preset must make one run, not {len(changes)} as {self.preset!r}", "preset")
        return TrainConfig.parse({**changes[0], **self.config}, stored=True)


def _try(specification: SweepSpecification) -> None:
    """Raises `RefusedConfig` where the rules of a configuration refuse whatever is proposed."""
    from app.sweeps.proposals import propose  # noqa: PLC0415 - half a second that only a sweep needs

    propose(specification, 1, [])
