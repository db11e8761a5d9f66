"""How noisy a training step's gradient is, and whose noise it is: the choice of images or the samples of z.

With M images and L samples each the gradient g of the loss is a mean of M·L terms, and the law of total variance gives

    tr Cov g = (1/M) · [V_images + V_samples / L],

where V_images is the spread over images of their expected gradients and V_samples the spread over z for a given image.
So more images lower both, more samples the second alone: where it is the smaller, L = 1 is enough.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from vae_core.model.elbo import elbo_terms
from vae_core.model.likelihoods.pixels import to_unit
from vae_core.model.vae import VAE

CHUNK = 1000  # images at a time where all are needed
Gradients = dict[str, Tensor]  # of the encoder's and of the decoder's parameters, each flat


@dataclass(frozen=True)
class GradientNoise:
    """The gradient of one part's parameters: squared norms, summed over the parameters."""

    signal: float  # ‖E g‖²
    images: float  # of E‖g − E g‖², what comes with the choice of images
    samples: float  # the rest, which comes with the samples of z

    @property
    def snr(self) -> float:
        """‖E g‖ / sqrt(E‖g − E g‖²): above 1, most steps go roughly downhill."""
        return float((self.signal / (self.images + self.samples)) ** 0.5)

    @property
    def samples_share(self) -> float:
        """Of the variance, from 0 to 1: the part that more samples of z can remove."""
        return self.samples / (self.images + self.samples)


def expected_gradient(model: VAE, images: Tensor, *, samples: int, generator: Generator) -> Gradients:
    """The gradient of −ELBO over all `images`, uint8 [N, D] on the model's device, with L = `samples` of z for each."""
    sums: Gradients = {}
    for chunk in torch.split(images, CHUNK):
        for part, gradient in _gradients(model, to_unit(chunk), samples, generator).items():
            sums[part] = sums.get(part, 0) + gradient * (len(chunk) / len(images))
    return sums


def gradient_noise(
    model: VAE,
    images: Tensor,
    expected: Gradients,
    *,
    batch_size: int,
    samples: int,
    repeats: int,
    generator: Generator,
) -> dict[str, GradientNoise]:
    """The noise about `expected` of M = `batch_size` and L = `samples`, of encoder and decoder, from 2·`repeats` steps.

    Each repeat draws a minibatch and, for the same images, z twice. With a and b the two errors, E⟨a, b⟩ is the part
    of E‖a‖² that the images bring, and E‖a − b‖²/2 the part that z brings: both are estimated without bias.
    """
    sums = {part: torch.zeros(2, dtype=torch.float64) for part in expected}
    for _ in range(repeats):
        batch = torch.randperm(len(images), generator=generator)[:batch_size].to(images.device)
        x = to_unit(images.index_select(0, batch))
        first, second = (_gradients(model, x, samples, generator) for _ in range(2))
        for part, mean in expected.items():
            a, b = first[part] - mean, second[part] - mean
            sums[part] += torch.stack([a @ b, (a - b).square().sum() / 2]).cpu() / repeats
    return {
        part: GradientNoise(expected[part].square().sum().item(), *variances.tolist())
        for part, variances in sums.items()
    }


def _gradients(model: VAE, x: Tensor, samples: int, generator: Generator) -> Gradients:
    """One step's gradients of −ELBO, in nats per example."""
    parts: dict[str, list[Tensor]] = {"encoder": [], "decoder": []}  # a learned scale is the decoder's
    for name, parameter in model.named_parameters():
        parts["encoder" if name.startswith("encoder.") else "decoder"].append(parameter)
    noise = torch.randn((samples, len(x), model.latent_dim), generator=generator).to(x.device)
    loss = elbo_terms(model, x, noise, (1.0, 1.0)).loss
    gradients = iter(torch.autograd.grad(loss, [parameter for part in parts.values() for parameter in part]))
    return {part: torch.cat([next(gradients).flatten() for _ in parameters]) for part, parameters in parts.items()}
