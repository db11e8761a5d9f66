"""What the importance-weighted bound costs over its matrix products: `python -m benchmarks.evaluate`.

The products are those of a 20-400-784 decoder, from codes in chunks of the bound's own size, by `torch.addmm` into
memory that is there already: all that the machine can do with these shapes. The bound also encodes, samples, applies
the activation and the likelihood, and weighs. Both take turns in one process, so that whatever else the machine does
hits both alike. Rates count the products' operations alone; the ratio is the median over the rounds of bound / bare.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.evaluation import bound
from vae_core.model.vae import build_model

HIDDEN, LATENT, PIXELS = 400, 20, 784
ROUNDS, IMAGES, SAMPLES = 15, 8, 1024  # of each round
OPERATIONS = 2 * IMAGES * SAMPLES * (LATENT * HIDDEN + HIDDEN * PIXELS)
LIKELIHOODS = ("bernoulli", "gaussian", "continuous_bernoulli", "laplace", "discretized_logistic")


def bare() -> Callable[[], None]:
    """The decoder's products, for as many codes as a round of the bound has."""
    rows = bound.ROWS["cpu"]
    z, hidden, outputs = torch.randn(rows, LATENT), torch.empty(rows, HIDDEN), torch.empty(rows, PIXELS)
    first, second = torch.randn(HIDDEN, LATENT), torch.randn(PIXELS, HIDDEN)  # as Linear keeps them

    def products() -> None:
        for _ in range(IMAGES * SAMPLES // rows):
            torch.addmm(torch.zeros(HIDDEN), z, first.T, out=hidden)
            torch.addmm(torch.zeros(PIXELS), hidden, second.T, out=outputs)

    return products


def ours(likelihood: str) -> Callable[[], None]:
    """The bound of a fresh model on noise; without the bits, which are of a few images only."""
    config = TrainConfig(
        dataset="mnist",
        hidden=(HIDDEN,),
        latent_dim=LATENT,
        likelihood=likelihood,
        dequantize=likelihood == "continuous_bernoulli",
    )
    model = build_model(config, FACTS["mnist"], seed=0).eval()
    images = torch.randint(0, 256, (IMAGES, PIXELS), dtype=torch.uint8)

    def marginals() -> None:
        bound.log_marginals(model, images, SAMPLES, dequantize=config.dequantize, levels=False)

    return marginals


def seconds(work: Callable[[], None]) -> float:
    """Wall time of one run of it."""
    started = perf_counter()
    work()
    return perf_counter() - started


def main() -> None:
    """Print one line for each likelihood and number of threads."""
    print(f"{'likelihood':<22}{'threads':>8}{'bare GFLOP/s':>14}{'bound GFLOP/s':>15}{'ratio':>8}")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for likelihood in LIKELIHOODS:
            products, marginals = bare(), ours(likelihood)
            with torch.inference_mode():
                rounds = [(seconds(products), seconds(marginals)) for _ in range(ROUNDS + 1)][1:]  # the first warms up
            rates = (OPERATIONS / median(column) / 1e9 for column in zip(*rounds, strict=True))
            ratio = median(theirs / mine for theirs, mine in rounds)
            print(f"{likelihood:<22}{threads:>8}{next(rates):>14.1f}{next(rates):>15.1f}{ratio:>8.2f}")


if __name__ == "__main__":
    main()
