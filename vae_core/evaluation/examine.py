"""The closing examination of a trained model, on its held-out images: all that is measured once."""

from torch import Tensor

from vae_core.datasets.registry import Dataset
from vae_core.evaluation.bound import importance_bound
from vae_core.evaluation.fidelity import measure_fidelity
from vae_core.evaluation.latents import examine_latents
from vae_core.evaluation.scores import score
from vae_core.evaluation.surgery import dissect
from vae_core.evaluation.xray import xray
from vae_core.model.vae import VAE
from vae_core.report import Report, Scores

IMAGES = 2000  # held-out images where every pixel is decoded: some seconds, and a standard error of 1 or 2 %
BOUND_IMAGES = 500  # of the importance-weighted bound
BOUND_SAMPLES = 100  # of z for each of them


def examine(
    model: VAE, data: Dataset, splits: tuple[Tensor, Tensor], *, dequantize: bool, step: int
) -> tuple[Scores, Report]:
    """The `Scores` of the first `IMAGES` held-out images, and a `Report` of the model after `step`.

    `splits` are the images of `data`, training and held out, uint8 [N, D] on the model's device. A plain autoencoder
    has neither a bound nor a KL to dissect.
    """
    train_images, images = splits
    shape = (data.facts.height, data.facts.width)
    labels = (data.train.labels, data.test.labels)
    bound = surgery = None
    if model.variational:
        bound = importance_bound(model, images[:BOUND_IMAGES], samples=BOUND_SAMPLES, dequantize=dequantize)
        surgery = dissect(model, images, dequantize=dequantize)
    some = images[:IMAGES]
    read = xray(model, train_images, some, dequantize=dequantize)
    report = Report(
        step=step,
        bound=bound,
        surgery=surgery,
        latents=examine_latents(model, train_images, images, labels, dequantize=dequantize),
        fidelity=measure_fidelity(model, some, shape, dequantize=dequantize),
        xray=tuple(one.reading for one in read),
    )
    return score(model, some, data.test.labels[:IMAGES], read, dequantize=dequantize), report
