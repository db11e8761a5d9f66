"""What the store returns, and the API and the pages show: frozen records that say themselves what they hold.

The JSON of a record is the contract of the API, and its schema there is made from these lines. Terms are in nats per
image (the sum over pixels or latent dimensions, the mean over images); a number that was not finite is None. Pure.
"""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from app.run_rules import MOST_TRIALS, RunStatus, SweepStatus
from vae_core.config.train_config import TrainConfig
from vae_core.theory.convention import Implied

Numbers = list[float | None]
Requested = Literal["run", "pause", "stop", "kill"]
Operator = Literal["=", "!=", "<", "<=", ">", ">="]
Sampler = Literal["random", "tpe"]
Pruning = Literal["none", "median", "halving"]
TrialState = Literal["running", "complete", "pruned", "failed"]


class Record(BaseModel):
    """Never changes, and has no field that is not written down here."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class EvaluationRecord(Record):
    """A model on the whole held-out split, with one z sampled for each image."""

    step: int
    """After which the model was evaluated."""
    epoch: float
    """Passes over the training split so far."""
    seconds: float
    """Training time so far."""
    reconstruction: float | None
    """−E_q[log p(x|z)], the full normalised likelihood, nats per image."""
    kl: float | None
    """KL(q(z|x)‖p(z)), never weighted or floored, nats per image; null for a plain autoencoder."""
    elbo: float | None
    """−(reconstruction + kl), nats per image; null for a plain autoencoder."""
    elbo_se: float | None
    """Standard error of the ELBO over images."""
    kl_per_dim: Numbers | None
    """[Z] KL of each latent dimension, nats per image; null for a plain autoencoder."""
    active_units: int | None
    """Latent dimensions with Var_x(E[z_j|x]) > 0.01."""
    mse_per_pixel: float | None
    """Squared error of the decoder's mean, of pixels from 0 to 1."""
    bce_per_pixel: float | None
    """Cross-entropy of the decoder's mean, nats per pixel."""
    decoder_std: float | None
    """The error per pixel that the decoder expects: the root of the mean variance of p(x|z)."""
    bits_per_dim: float | None
    """From the ELBO, of 8-bit or binary pixels; null where it is not defined."""

    @property
    def negative_elbo(self) -> float | None:
        """reconstruction + kl, nats per image; None for a plain autoencoder."""
        return None if self.elbo is None else -self.elbo


class Run(Record):
    """One training run. Times are ISO 8601 in UTC."""

    id: int
    """Counted from 1; never used again."""
    name: str
    """What people call the run; two may share a name."""
    status: RunStatus
    """Where the run is between its launch and its end."""
    config: dict[str, Any]
    """The TrainConfig, as `/api/config` describes it."""
    configuration: str
    """The same for runs that differ in the seed alone."""
    preset: str | None
    """The preset that the configuration began from."""
    group: str | None
    """The same for all runs that were launched together."""
    tags: list[str]
    """What people file the run under."""
    notes: str
    """What people write about the run, in Markdown."""
    step: int
    """Optimiser updates done, counted from 1."""
    total_steps: int
    """Optimiser updates that the configuration asks for."""
    epoch: float
    """Passes over the training split at `step`."""
    seconds: float
    """Training time at `step`."""
    activity: str | None
    """What a running run does before its first step, such as a download."""
    latest: dict[str, float | None]
    """The terms of the newest step: reconstruction, kl, elbo, loss, beta; empty before the first step."""
    error: str | None
    """Why the run ended, where it did not end by itself."""
    notice: str | None
    """What people should know of a run that goes on, such as a damaged checkpoint."""
    requested: Requested
    """What people last asked of the run's process."""
    attempt: int
    """How many processes have worked on the run."""
    parent_id: int | None
    """The run whose weights this one began with."""
    parent_step: int | None
    """The step of the checkpoint that those weights are from; null for the newest one."""
    created_at: str
    """When the run was launched."""
    started_at: str | None
    """When its first process began."""
    finished_at: str | None
    """When it ended; null for a run that is queued, running or paused."""
    deleted_at: str | None
    """When it was deleted; null for a run that was not."""
    evaluation: EvaluationRecord | None
    """The newest evaluation on the held-out split."""
    implied: Implied
    """What the loss amounts to under its reductions and weights."""

    @cached_property
    def train_config(self) -> TrainConfig:
        """The stored configuration: what an older version allowed is kept."""
        return TrainConfig.parse(self.config, stored=True)

    @property
    def result(self) -> EvaluationRecord | None:
        """The newest evaluation as what training came to: that of the first weights is none, nor is any of a run that
        diverged.
        """
        trained = self.evaluation and self.evaluation.step > 0 and self.status != "diverged"
        return self.evaluation if trained else None


class Extremes(Record):
    """Where a term began, is, was least and was greatest: each a step and the finite value there."""

    first: tuple[int, float]
    """The first finite value."""
    last: tuple[int, float]
    """The newest finite value."""
    min: tuple[int, float]
    """The least value."""
    max: tuple[int, float]
    """The greatest value."""


class ListedRun(Run):
    """A run with what a list shows of its steps."""

    terms: dict[str, Extremes]
    """Of each term of the training steps: reconstruction, kl, elbo, loss, beta. Empty before the first step."""
    spark: Numbers
    """−ELBO, or a plain autoencoder's reconstruction, as the means of at most 64 equal parts of the steps."""


class Condition(Record):
    """What a run's value must be to be listed: `beta > 1`."""

    field: str
    """A field of the configuration, or a number of the list."""
    operator: Operator
    """How the run's value stands to this one."""
    value: str | bool | int | float | tuple[int, ...] | None
    """Of the field's own type; None where it is left empty."""


class RunPage(Record):
    """Some runs, and where the list goes on."""

    runs: list[ListedRun]
    """In the order that was asked for."""
    units: list[str | None]
    """Of each run the unit of measure that it is ranked in, where the number that sorts has several: those of one unit
    follow each other, the most runs first. Null for a run without the number.
    """
    next: str | None
    """What `after` takes for the following page; null on the last one."""
    facets: dict[str, dict[str, int]]
    """How many runs each value of status, likelihood, dataset and tag would leave, under all the other filters."""
    total: int
    """The runs that match, on this page or not."""


class View(Record):
    """A list or a comparison that was saved."""

    id: int
    """Counted from 1."""
    name: str
    """What people call it."""
    note: str
    """What people say of it; may be empty."""
    address: str
    """The page with its filters, columns and order, from the slash on: /runs?sort=kl, /compare?runs=1,2."""


class Smoothed(Record):
    """Exponential moving averages over all steps, at each `step`; a term that was not asked for is left out."""

    reconstruction: Numbers = []
    """Nats per image."""
    kl: Numbers = []
    """Nats per image."""
    elbo: Numbers = []
    """Nats per image."""
    loss: Numbers = []
    """In the user's convention."""


class StepWindow(Record):
    """What answers about a window of steps share; a column that was not asked for is left out."""

    step: list[int]
    """Optimiser updates, counted from 1; of a bucket, its last one."""
    epoch: list[float] = []
    """Passes over the training split at `step`."""
    seconds: list[float] = []
    """Training time at `step`."""
    nonfinite: list[int]
    """The steps at which some term was NaN or infinite, the first thousand of them."""
    nonfinite_count: int
    """How many such steps there are."""
    smoothed: Smoothed | None = None
    """Moving averages, where they were asked for."""


class Steps(StepWindow):
    """Every step of a window, as columns of equal length."""

    reconstruction: Numbers = []
    """−E_q[log p(x|z)], nats per image."""
    kl: Numbers = []
    """KL(q(z|x)‖p(z)), nats per image."""
    elbo: Numbers = []
    """−(reconstruction + kl), nats per image."""
    loss: Numbers = []
    """What was minimised, in the user's convention."""
    beta: Numbers = []
    """The weight of the KL in the loss."""


class Spread(Record):
    """The finite values in each bucket of steps."""

    min: Numbers
    """The least value of each bucket."""
    mean: Numbers
    """The mean of each bucket."""
    max: Numbers
    """The greatest value of each bucket."""


NOTHING = Spread(min=[], mean=[], max=[])


class BucketedSteps(StepWindow):
    """A window of more steps than were asked for, in equal buckets of steps."""

    reconstruction: Spread = NOTHING
    """−E_q[log p(x|z)], nats per image."""
    kl: Spread = NOTHING
    """KL(q(z|x)‖p(z)), nats per image."""
    elbo: Spread = NOTHING
    """−(reconstruction + kl), nats per image."""
    loss: Spread = NOTHING
    """What was minimised, in the user's convention."""
    beta: Spread = NOTHING
    """The weight of the KL in the loss."""
    bucket: int
    """Steps in a bucket, a power of two; bucket k holds the steps k·bucket + 1 to (k + 1)·bucket."""
    partial: bool
    """Whether the last bucket can still grow."""


class VitalsColumns(Record):
    """How training itself fared at sampled steps, as columns of equal length."""

    run: int
    """The run's number."""
    step: list[int]
    """Optimiser updates, counted from 1."""
    grad_norm: Numbers
    """ℓ2 norm of the loss's gradient over all parameters, before any clipping."""
    learning_rate: list[float]
    """Of the optimiser."""
    memory: list[int]
    """Bytes: what the tensors take on a GPU, the whole process on the CPU."""


class PictureSheet(Record):
    """Images of one kind at one step, side by side in one PNG."""

    kind: str
    """inputs, reconstructions, prior_means, prior_samples, held_out or held_out_means."""
    step: int
    """After which the images were made."""
    hash: str
    """SHA-256 of the PNG; equal sheets share it."""
    columns: int
    """Images in one row of the sheet."""
    rows: int
    """Rows of the sheet."""
    width: int
    """Pixels of the PNG."""
    height: int
    """Pixels of the PNG."""
    url: str
    """Where the PNG is."""


class Interval(Record):
    """All numbers from `low` to `high`."""

    low: Annotated[float, Field(allow_inf_nan=False)]
    """The least."""
    high: Annotated[float, Field(allow_inf_nan=False)]
    """The greatest."""
    log: bool = False
    """Whether equal ratios are equally likely, instead of equal differences."""


Dimension = Annotated[
    Annotated[Interval, Tag("as a range")] | Annotated[list[Any], Tag("as a list")],
    Discriminator(lambda given: "as a list" if isinstance(given, list | tuple) else "as a range"),
]


class SweepSpecification(Record):
    """What a sweep tries, how it chooses, and what it minimises."""

    config: dict[str, Any]
    """The TrainConfig of every trial, but for the fields that are varied."""
    space: dict[str, Dimension]
    """For each field that is varied its values, or the interval that they are from."""
    sampler: Sampler
    """random, or tpe: drawn from where the trials so far were good (tree-structured Parzen estimators)."""
    minimise: list[str]
    """One held-out quantity, or kl and a distortion."""
    seed: int
    """Decides all that is drawn."""
    prune: Pruning
    """Which trials are paused early: none; those worse than the median; or all but the better half at 1/8, 1/4 and 1/2
    of their steps (halving)."""


class Sweep(SweepSpecification):
    """Runs of one configuration with some fields varied, each a trial, proposed one after the other."""

    id: int
    """Counted from 1."""
    name: str
    """What people call the sweep; its runs are "name #1", "name #2" and so on."""
    group: str
    """The group of its runs."""
    preset: str | None
    """The preset that the configuration began from."""
    status: SweepStatus
    """Whether trials begin; finished when the last has ended."""
    error: str | None
    """Why it stopped by itself."""
    trials: int | None
    """How many trials it may make, in all; null for any number."""
    minutes: float | None
    """Minutes of training, over all trials, after which none begins; null for any time."""
    created_at: str
    """When it was started; ISO 8601 in UTC."""
    counts: dict[TrialState, int]
    """How many trials there are in each state."""

    @property
    def most_trials(self) -> int:
        """How many trials it may make, whatever its minutes."""
        return MOST_TRIALS if self.trials is None else self.trials


class Trial(Record):
    """One proposal of a sweep, and what came of its run. A result is noted once, and never changes."""

    number: int
    """Counted from 1."""
    run: int | None
    """The run's number; null once it was purged."""
    params: dict[str, Any]
    """The value of each varied field; a field that does not count beside the others is left out."""
    pending: list[int]
    """The trials that ran when this one was proposed; the results of all others before it were known."""
    state: TrialState
    """pruned: paused early, or stopped after an evaluation; failed: it diverged, failed or was never evaluated."""
    values: list[float] | None
    """What is minimised, at `step`; null while it runs, and where it failed."""
    step: int | None
    """The step of the evaluation that `values` are from."""


class TrialCourse(Record):
    """One quantity over the evaluations of a trial, oldest first, that of the first weights left out."""

    number: int
    """The trial's."""
    total_steps: int
    """Optimiser updates that its configuration asks for."""
    step: list[int]
    """After which the model was evaluated."""
    value: Numbers
    """The quantity then; null where it was not finite."""
