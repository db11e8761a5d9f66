"""A real database file, and events as training would yield them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol, TypeVar

import numpy as np
import pytest

from app.database.engine import Database
from app.database.tables import RunRow
from app.jobs.queue import start_sweep
from app.records import Run, Sweep
from app.store import attempts, runs
from app.sweeps.request import SweepRequest
from vae_core.config.train_config import TrainConfig
from vae_core.events import Evaluation, PictureKind, Pictures, StepTerms, Vitals
from vae_core.report import Bound, Fidelity, Latents, Reading, Report, Scores, Surgery

Answer = TypeVar("Answer")


class NewSweep(Protocol):
    """A sweep over β; keyword arguments are those of a request, or of the configuration."""

    def __call__(self, **given: Any) -> Sweep: ...


class Eventually(Protocol):
    """Wait for a state: the first true answer of a question asked again and again."""

    def __call__(self, question: Callable[[], Answer], seconds: float = 120) -> Answer: ...


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'elboard.sqlite'}")
    database.create_tables()
    yield database
    database.close()


@pytest.fixture
def new_run(database: Database) -> Callable[..., Run]:
    """A queued run; `new_run(dataset="mnist", name=…)` splits its arguments between configuration and run."""

    def make(name: str | None = None, tags: tuple[str, ...] = (), group: str | None = None, **config: object) -> Run:
        with database.write() as session:
            return runs.create(session, TrainConfig.parse(config), name=name, tags=tags, group=group)

    return make


@pytest.fixture
def new_sweep(database: Database) -> NewSweep:
    def make(**given: Any) -> Sweep:
        config = {name: value for name, value in given.items() if name not in SweepRequest.model_fields}
        body = {"space": {"beta": {"low": 0.5, "high": 4, "log": True}}, "trials": 5, "config": config}
        body |= {name: value for name, value in given.items() if name not in config}
        return start_sweep(database, SweepRequest.model_validate(body))

    return make


@pytest.fixture
def running(database: Database, new_run: Callable[..., Run]) -> RunRow:
    """A run in its first attempt."""
    run = new_run()
    with database.write() as session:
        return attempts.claim(session, run.id)


@pytest.fixture
def block() -> Callable[..., StepTerms]:
    """The terms of steps first..last: smooth, but different at every step."""

    def make(first: int, last: int, kl: bool = True) -> StepTerms:
        step = np.arange(first, last + 1)
        t = step.astype(float)
        reconstruction, rate = 100 + 50 * np.sin(t), 10 + 5 * np.cos(t)
        given = (rate, -(reconstruction + rate), np.ones_like(t)) if kl else (None, None, None)
        return StepTerms(
            step=step,
            epoch=t / 23,
            seconds=t / 1000,
            reconstruction=reconstruction,
            kl=given[0],
            elbo=given[1],
            loss=reconstruction + (rate if kl else 0),
            beta=given[2],
        )

    return make


@pytest.fixture
def vitals() -> Callable[..., Vitals]:
    """Those of some steps, different at each."""

    def make(*steps: int) -> Vitals:
        step = np.array(steps)
        return Vitals(step, grad_norm=10.0 / step, learning_rate=np.full(len(step), 1e-3), memory=2**32 + step)

    return make


@pytest.fixture
def evaluation() -> Callable[..., Evaluation]:
    def make(step: int, kl: float | None = 12.5) -> Evaluation:
        return Evaluation(
            step=step,
            epoch=step / 23,
            seconds=step / 1000,
            reconstruction=90.0,
            kl=kl,
            elbo=None if kl is None else -90.0 - kl,
            elbo_se=None if kl is None else 0.75,
            kl_per_dim=None if kl is None else np.array([kl, 0.0]),
            active_units=None if kl is None else 1,
            mse_per_pixel=0.01,
            bce_per_pixel=0.3,
            decoder_std=0.4,
            bits_per_dim=None if kl is None else 5.25,
        )

    return make


@pytest.fixture
def report() -> Report:
    """The examination of a Bernoulli VAE with four latent dimensions, one of them dead."""
    return Report(
        step=40,
        bound=Bound(log_px=-98.5, se=0.5, samples=500, images=250, ess=0.31, unreliable=0.02, bits_per_dim=None),
        surgery=Surgery(
            mutual_information=5.1, total_correlation=1.2, dimension_wise_kl=0.4, se=0.05, images=250, capped=True
        ),
        latents=Latents((0.9, 0.5, 0.02, 1e-5), (0.05, 0.2, 0.8, 1.0), accuracy=0.912),
        fidelity=Fidelity(psnr=17.25, ssim=0.815),
        xray=(
            Reading("soft_bernoulli", 90.0, 0.7, -102.5, 0.75, None, None),
            Reading("continuous_bernoulli_raw", 20.0, 1.5, -32.5, 1.5, 7.1, 0.02),
            Reading("continuous_bernoulli_mean", -15.0, 1.0, 2.5, 1.0, 6.4, 0.02),
            Reading("gaussian_fitted", -30.0, 1.0, 17.5, 1.0, 6.2, 0.02, scale=0.125),
        ),
    )


@pytest.fixture
def scores() -> Callable[..., Scores]:
    """Of ten images of the classes 0 to 4, twice: numbers around `mean`, whose squared errors are `mse`."""

    def make(mse: float = 0.01, mean: float = 100.0) -> Scores:
        spread = np.linspace(0.5, 1.5, 10)
        readings = ("soft_bernoulli", "continuous_bernoulli_raw", "continuous_bernoulli_mean", "gaussian_fitted")
        values = dict.fromkeys(("negative_elbo", "reconstruction", *readings), mean * spread)
        values |= {"kl": 10 * spread, "mse_per_pixel": mse * spread, "bce_per_pixel": 0.3 * spread}
        return Scores(np.arange(10) % 5, values)

    return make


@pytest.fixture
def pictures() -> Callable[..., Pictures]:
    def make(step: int, kind: PictureKind = "reconstructions", count: int = 10) -> Pictures:
        images = np.arange(count * 5 * 4, dtype=np.uint8).reshape(count, 5, 4) + np.uint8(step % 256)
        return Pictures(step=step, kind=kind, images=images)

    return make


@pytest.fixture
def eventually() -> Eventually:
    def wait(question: Callable[[], Answer], seconds: float = 120) -> Answer:
        deadline = monotonic() + seconds
        while not (answer := question()):
            assert monotonic() < deadline, f"still waiting for {question}"
            sleep(0.01)
        return answer

    return wait
