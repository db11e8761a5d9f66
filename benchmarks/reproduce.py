"""Published numbers against ours: `python -m benchmarks.reproduce`, half an hour on two cores.

Every run is a preset's, trained here by `train` and judged on MNIST's held-out split as its source did. MNIST comes
from where the application has it, or is downloaded. A row that fails says so, and the program ends with 1.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf
from multiprocessing import get_context
from statistics import mean

import torch
from torch import Tensor

from app.settings import Settings
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.registry import load
from vae_core.evaluation.bound import importance_bound
from vae_core.evaluation.xray import xray
from vae_core.events import Evaluation
from vae_core.model.elbo import kl_per_dim
from vae_core.model.likelihoods.continuous_bernoulli import ContinuousBernoulli
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE
from vae_core.presets import PRESETS
from vae_core.training.train import new_model, train

Numbers = dict[str, float]
CLIP = 1e-4  # of λ in Loaiza-Ganem and Cunningham's own code, which decides their numbers


@torch.inference_mode()
def at_the_mean(model: VAE, _: Tensor, images: Tensor) -> Numbers:
    """The sum of both terms with z at the posterior's mean: often printed, and no bound on anything."""
    x = to_unit(images)
    posterior = model.posterior(x)
    distortion = -model.likelihood.log_prob(model.decode(posterior.loc.unsqueeze(0)), x).mean()
    return {"at the mean": (distortion + kl_per_dim(posterior).sum(-1).mean()).item()}


def readings(model: VAE, train_images: Tensor, images: Tensor) -> Numbers:
    """The ELBO under each reading of the decoder, with the authors' clip."""
    read = (score.reading for score in xray(model, train_images, images, dequantize=True, clip=CLIP))
    return {row.name: row.elbo or 0.0 for row in read}


def marginal(model: VAE, _: Tensor, images: Tensor) -> Numbers:
    """−log p(x), from 1000 importance samples."""
    return {"-log p": -importance_bound(model, images, samples=1000, dequantize=False).log_px}


def nothing(*_: object) -> Numbers:
    """Of runs of which only the −ELBO is read."""
    return {}


(EXAMPLES,), (CB, BCE) = PRESETS["pytorch-examples"].configs(), PRESETS["cb-vs-bce"].configs()
(UNIT, SHARED, _, PER_PIXEL), (STATIC,) = PRESETS["sigma-vae"].configs(), PRESETS["static-mnist"].configs()
RUNS: dict[str, tuple[TrainConfig, int, Callable[[VAE, Tensor, Tensor], Numbers]]] = {  # how many seeds, what else
    "cb": (CB, 2, readings),
    "bce": (BCE, 2, readings),
    "static": (STATIC, 2, marginal),
    "examples": (EXAMPLES, 3, at_the_mean),
    "unit": (UNIT, 2, nothing),
    "shared": (SHARED, 2, nothing),
    "per pixel": (PER_PIXEL, 2, nothing),
}


@dataclass(frozen=True)
class Row:
    """A published number, the range that agrees with it, and where ours is among one seed's numbers."""

    what: str
    preset: str
    published: str
    low: float
    high: float
    ours: Callable[[dict[str, Numbers]], float]


def near(value: float, tolerance: float) -> tuple[str, float, float]:
    """What was published, and the range around it."""
    return f"{value:g} ± {tolerance:g}", value - tolerance, value + tolerance


RAW, MEAN = "continuous_bernoulli_raw", "continuous_bernoulli_mean"
ROWS = (
    Row("−ELBO, z sampled", "pytorch-examples", *near(105.6, 0.5), lambda of: of["examples"]["-elbo"]),
    Row("the same with z = mean: not an ELBO", "pytorch-examples", *near(96.44, 1.0),
        lambda of: of["examples"]["at the mean"]),
    Row("CB-ELBO of a CB decoder", "cb-vs-bce", *near(1470, 20), lambda of: of["cb"][RAW]),
    Row("CB-ELBO of a BCE decoder read as λ", "cb-vs-bce", *near(1139, 20), lambda of: of["bce"][RAW]),
    Row("CB-ELBO of a BCE decoder through μ⁻¹", "cb-vs-bce", *near(1416, 20), lambda of: of["bce"][MEAN]),
    Row("share of the gap that μ⁻¹ closes", "cb-vs-bce", "0.84, 0.8 to 0.9", 0.8, 0.9,
        lambda of: (of["bce"][MEAN] - of["bce"][RAW]) / (of["cb"][RAW] - of["bce"][RAW])),
    Row("their order: the smaller difference", "cb-vs-bce", "54, above 0", 0, inf,
        lambda of: min(of["cb"][RAW] - of["bce"][MEAN], of["bce"][MEAN] - of["bce"][RAW])),
    Row("−ELBO, Gaussian σ = 1", "sigma-vae", "740.5, 720.5 to 746.9", 720.5, 746.9, lambda of: of["unit"]["-elbo"]),
    Row("−ELBO, shared σ", "sigma-vae", *near(-896.1, 100), lambda of: of["shared"]["-elbo"]),
    Row("−ELBO, σ of each pixel", "sigma-vae", *near(-2895, 100), lambda of: of["per pixel"]["-elbo"]),
    Row("their order: the smaller difference", "sigma-vae", "1636.6, above 0", 0, inf,
        lambda of: min(of["unit"]["-elbo"] - of["shared"]["-elbo"], of["shared"]["-elbo"] - of["per pixel"]["-elbo"])),
    Row("−ELBO, 30,000 steps", "static-mnist", *near(106.64, 1.0), lambda of: of["static"]["-elbo"]),
    Row("−log p(x), 1000 samples", "static-mnist", *near(100.31, 1.0), lambda of: of["static"]["-log p"]),
)  # fmt: skip
SOURCES = {
    "pytorch-examples": "pytorch/examples, vae/main.py and PR 419; independent logs 105.56–105.59",
    "cb-vs-bce": "Loaiza-Ganem and Cunningham 2019, the poster's figure at γ = 0, λ clipped to [1e-4, 1 − 1e-4]",
    "sigma-vae": "Rybkin et al. 2021, table 3 of the ICLR submission; their network is a small convolutional one",
    "static-mnist": "jaanli/variational-autoencoder, README; the flips are our own, not Larochelle's",
}


def measure(name: str, seed: int) -> Numbers:
    """Train one run and measure what its rows want, held out, in nats an image."""
    torch.set_num_threads(1)
    published, _, look = RUNS[name]
    steps = published.total_steps
    config = replace(published, seed=seed, evaluate_every=steps, picture_every=steps, examine=False, device="cpu")
    settings = Settings()
    data = load(config.dataset, folders=settings.datasets, cache=settings.dataset_cache, binarize=config.binarize)
    model = new_model(config, data)
    if name == "cb":
        model.likelihood = ContinuousBernoulli(CLIP)  # as its authors trained it
    *_, last = (event for event in train(config, data, model=model) if isinstance(event, Evaluation))
    splits = (torch.from_numpy(split.images).flatten(1) for split in (data.train, data.test))
    return {"-elbo": -(last.elbo or 0.0), **look(model, *splits)}


def measure_all() -> dict[int, dict[str, Numbers]]:
    """Every run of every seed, as many at once as there are cores."""
    numbers: dict[int, dict[str, Numbers]] = {}
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        jobs = {pool.submit(measure, name, seed): (name, seed) for name, (_, n, _) in RUNS.items() for seed in range(n)}
        for job in as_completed(jobs):
            name, seed = jobs[job]
            numbers.setdefault(seed, {})[name] = job.result()
            print(f"{name}, seed {seed}: {job.result()}", file=sys.stderr, flush=True)
    return numbers


def main() -> None:
    """Print the table."""
    seeds = measure_all()
    passed = []
    print("| preset | number | published | ours, mean | each seed | |\n|---|---|---|---|---|---|")
    for row in ROWS:
        ours = []
        for seed in sorted(seeds):
            with suppress(KeyError):  # not every run has this seed
                ours.append(row.ours(seeds[seed]))
        passed.append(row.low <= mean(ours) <= row.high)
        each, verdict = ", ".join(f"{number:.2f}" for number in ours), "pass" if passed[-1] else "FAIL"
        print(f"| {row.preset} | {row.what} | {row.published} | {mean(ours):.2f} | {each} | {verdict} |")
    print(*(f"\n{preset}: {source}." for preset, source in SOURCES.items()), sep="")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
