"""The tables. A run, one wide row for each of its steps and what makes them quick to read, its vitals, evaluations,
pictures, report and scores; launches, sweeps and their trials; saved views; the event log. What leaves the store is in
`app.records`.

Step columns are nullable: SQLite stores NaN as NULL, a plain autoencoder has no KL, and `nonfinite` says which it is.
"""

import json
from datetime import UTC, datetime
from math import isnan
from typing import Any, ClassVar

import numpy as np
import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.text.quantities import unit_key
from vae_core.config.train_config import TrainConfig

NONFINITE = sa.column("nonfinite", sa.Boolean).is_(True)  # of a step; few are, so that their index is short
OPEN = sa.column("state", sa.String) == sa.literal_column("'running'")  # of a trial: as many as there are slots


def now() -> float:
    """Seconds since the epoch: one representation of time in both databases."""
    return datetime.now(UTC).timestamp()


def configuration(config: TrainConfig, parent_id: int | None, parent_step: int | None) -> str:
    """What runs share that differ in the seed alone: the fields that count, the length, and where they began."""
    began = "" if parent_id is None else f"-{parent_id}.{'last' if parent_step is None else parent_step}"
    return f"{config.seedless}-{config.total_steps}{began}"


class Vector(sa.TypeDecorator[list[float | None]]):
    """Numbers as little-endian float32 bytes; None among them is NaN."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else np.array(value, "<f4").tobytes()

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> list[float | None] | None:  # noqa: ARG002
        if value is None:
            return None
        return [None if isnan(number) else number for number in np.frombuffer(value, "<f4").tolist()]


class RunRow(SQLModel, table=True):
    """One training run. `attempt` fences: only the process that holds the current number may write."""

    __tablename__ = "run"

    id: int = Field(default=None, primary_key=True)  # given by the database when the row is written
    name: str
    status: str = Field(default="queued", index=True)
    config: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)  # which `configure` sets
    configuration: str = Field(default="", index=True)  # shared by runs that differ in the seed alone
    unit_key: str = ""  # shared by runs whose numbers are in one unit of measure, of the same images
    preset: str | None = None
    group: str | None = Field(default=None, index=True)  # runs launched together share one
    tags: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    notes: str = ""
    step: int = 0
    total_steps: int = 0
    epoch: float = 0.0
    seconds: float = 0.0  # training time at `step`
    activity: str | None = None  # what a running run does before its first step, such as a download
    latest: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)  # the newest step's terms
    error: str | None = None
    notice: str | None = None  # what people should know of a run that goes on, such as a damaged checkpoint
    requested: str = "run"  # the command channel: run, pause, stop or kill
    attempt: int = 0
    deaths: int = 0  # processes that died, one after the other, without a new step
    died_at: int = 0  # the step at the last of them
    parent_id: int | None = Field(default=None, foreign_key="run.id")  # whose checkpoint it began from,
    parent_step: int | None = None  # after this step
    queued_at: float = Field(default_factory=now)  # its place in the queue
    handle: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)  # the executor's own: pid, create time
    created_at: float = Field(default_factory=now)
    started_at: float | None = None
    finished_at: float | None = None
    heartbeat_at: float | None = None
    silent_since: float | None = None  # the heartbeat after which its process, which lives, showed no sign of life
    deleted_at: float | None = None

    def configure(self, config: TrainConfig) -> None:
        """Take a configuration, and what follows from it."""
        self.config, self.total_steps = config.to_dict(), config.total_steps
        self.configuration = configuration(config, self.parent_id, self.parent_step)
        self.unit_key = unit_key(config)

    @property
    def train_config(self) -> TrainConfig:
        """The stored configuration: what an older version let pass is kept."""
        return TrainConfig.parse(self.config, stored=True)


class LaunchRow(SQLModel, table=True):
    """A mark under which runs were launched: it is written once, so that a request that is sent again launches none."""

    __tablename__ = "launch"

    group: str = Field(primary_key=True)
    created_at: float = Field(default_factory=now)


class StepRow(SQLModel, table=True):
    """The terms of one optimiser update, nats per example. Its ELBO is −(reconstruction + kl)."""

    __tablename__ = "step"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    step: int = Field(primary_key=True)
    seconds: float | None = None
    reconstruction: float | None = None
    kl: float | None = None
    loss: float | None = None
    beta: float | None = None
    nonfinite: bool = False  # some term of this step was NaN or infinite

    __table_args__: ClassVar[Any] = (
        sa.Index("ix_step_nonfinite", "run_id", "step", sqlite_where=NONFINITE, postgresql_where=NONFINITE),
        {"sqlite_with_rowid": False},
    )


class ChunkRow(SQLModel, table=True):
    """Steps once more, as numbers in a blob, or buckets of steps: see `app.store.chunks`."""

    __tablename__ = "chunk"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    level: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    data: bytes


class SummaryRow(SQLModel, table=True):
    """What lists show of a run's steps without reading them: see `app.store.summaries`."""

    __tablename__ = "summary"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    last: int  # the newest step
    steps_per_epoch: int
    terms: dict[str, Any] = Field(sa_type=sa.JSON)
    width: int  # steps in one bucket of the sparkline
    spark: bytes
    latest: float | None = None  # of −ELBO, or of an autoencoder's reconstruction,
    best: float | None = None  # and the least: both are in `terms`, too, where sorting would have to read every run's


class VitalRow(SQLModel, table=True):
    """How training itself fared at a sampled step."""

    __tablename__ = "vital"
    __table_args__: ClassVar[dict[str, Any]] = {"sqlite_with_rowid": False}

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    step: int = Field(primary_key=True)
    grad_norm: float | None = None  # None where it was not finite
    learning_rate: float
    memory: int = Field(sa_type=sa.BigInteger)  # bytes


class EvaluationRow(SQLModel, table=True):
    """Held-out terms and yardsticks at one step."""

    __tablename__ = "evaluation"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    step: int = Field(primary_key=True)
    epoch: float
    seconds: float
    reconstruction: float | None = None
    kl: float | None = None
    elbo: float | None = None
    elbo_se: float | None = None  # over images
    kl_per_dim: list[float | None] | None = Field(default=None, sa_type=Vector)
    active_units: int | None = None
    mse_per_pixel: float | None = None
    bce_per_pixel: float | None = None
    decoder_std: float | None = None  # the error per pixel that the decoder expects
    bits_per_dim: float | None = None


class ReportRow(SQLModel, table=True):
    """What the closing examination of a finished run's model found."""

    __tablename__ = "report"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    step: int
    findings: dict[str, Any] = Field(sa_type=sa.JSON)  # a `vae_core.report.Report`; None where a number was not finite


class ScoreRow(SQLModel, table=True):
    """What each held-out image scores under a finished run's model: see `app.store.scores`."""

    __tablename__ = "score"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    name: str = Field(primary_key=True)
    data: bytes


class PictureRow(SQLModel, table=True):
    """Which sheet of images a run drew at a step; the file is shared by all that are equal."""

    __tablename__ = "picture"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    kind: str = Field(primary_key=True)
    step: int = Field(primary_key=True)
    hash: str = Field(foreign_key="picture_file.hash")
    columns: int  # images in one row of the sheet
    rows: int


class PictureFileRow(SQLModel, table=True):
    """A PNG under the SHA-256 of its bytes: immutable, so browsers may keep it for ever."""

    __tablename__ = "picture_file"

    hash: str = Field(primary_key=True)
    png: bytes
    width: int
    height: int


class SweepRow(SQLModel, table=True):
    """Runs of one configuration with some fields varied: what is tried, and how much of it."""

    __tablename__ = "sweep"

    id: int = Field(default=None, primary_key=True)  # given by the database when the row is written
    name: str
    group: str  # of its runs
    preset: str | None = None
    status: str = Field(default="running", index=True)
    error: str | None = None
    specification: dict[str, Any] = Field(sa_type=sa.JSON)  # an `app.records.SweepSpecification`
    trials: int | None = None  # how many it may make,
    minutes: float | None = None  # and after how much training, in all, none begins
    created_at: float = Field(default_factory=now)


class TrialRow(SQLModel, table=True):
    """A sweep's proposal and its result. Its key keeps two of one number out; its result is written where none is."""

    __tablename__ = "trial"

    sweep_id: int = Field(primary_key=True, foreign_key="sweep.id")
    number: int = Field(primary_key=True)
    run_id: int | None = Field(default=None, foreign_key="run.id", index=True)  # None once it was purged
    params: dict[str, Any] = Field(sa_type=sa.JSON)
    pending: list[int] = Field(sa_type=sa.JSON)  # the trials before it without a result when it was proposed
    state: str = "running"
    values: list[float] | None = Field(default=None, sa_type=sa.JSON)
    step: int | None = None  # of the evaluation that they are from
    held: bool = False  # whether its run waits because the sweep does

    __table_args__: ClassVar[Any] = (
        sa.Index("ix_trial_open", "sweep_id", sqlite_where=OPEN, postgresql_where=OPEN),
        {"sqlite_with_rowid": False},
    )


class EventRow(SQLModel, table=True):
    """The log that every reader follows by its id: committed together with what it announces.

    kind `run`: the row changed; `points`: steps first..last were added; `vitals`: of some of the steps first..last;
    `evaluation` and `picture`: at step `last`.
    """

    __tablename__ = "event"

    id: int = Field(default=None, primary_key=True)  # given by the database when the row is written
    run_id: int = Field(foreign_key="run.id")
    kind: str
    first: int = 0
    last: int = 0


class ViewRow(SQLModel, table=True):
    """A list or a comparison under a name that somebody gave it."""

    __tablename__ = "view"

    id: int = Field(default=None, primary_key=True)  # given by the database when the row is written
    name: str
    note: str = ""
    address: str  # of a page of this server, from its slash on
    created_at: float = Field(default_factory=now)


def dumps(value: Any) -> str:
    """JSON as the tables store it: NaN is refused, since PostgreSQL would refuse it too."""
    return json.dumps(value, allow_nan=False)
