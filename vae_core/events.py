"""The events that training yields: plain numbers and numpy arrays, so that recording them needs no torch.

Every term is in nats per example (sum over dimensions, mean over the batch). N is the steps of a block,
Z the latent dimensions. A plain autoencoder has no KL and no ELBO: those are None.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vae_core.report import Floats, Report, Scores


@dataclass(frozen=True)
class StepTerms:
    """The terms of N consecutive steps, one entry a step, fetched from the device in one block."""

    step: NDArray[np.int64]  # [N] optimiser updates, counted from 1
    epoch: Floats  # [N] passes over the training split, fractional
    seconds: Floats  # [N] wall time since training began
    reconstruction: Floats  # [N] −E_q[log p(x|z)], the full normalised likelihood
    kl: Floats | None  # [N] KL(q(z|x)‖p(z)), never weighted or floored
    elbo: Floats | None  # [N] −(reconstruction + kl)
    loss: Floats  # [N] exactly what was minimised
    beta: Floats | None  # [N] the KL's weight in that loss

    @classmethod
    def joined(cls, blocks: "Sequence[StepTerms]") -> "StepTerms":
        """One block of several, at least one, that follow each other."""
        columns = {name: [getattr(block, name) for block in blocks] for name in vars(blocks[0])}
        joined: dict[str, Any] = {
            name: None if parts[0] is None else np.concatenate(parts) for name, parts in columns.items()
        }
        return cls(**joined)

    def split(self, step: int) -> "tuple[StepTerms | None, StepTerms | None]":
        """The steps up to and including `step`, and those after it; None for none."""
        n = int(np.searchsorted(self.step, step, side="right"))
        return self._cut(slice(None, n)), self._cut(slice(n, None))

    def _cut(self, part: slice) -> "StepTerms | None":
        kept = {name: values[part] for name, values in vars(self).items() if values is not None}
        return replace(self, **kept) if len(kept["step"]) else None


@dataclass(frozen=True)
class Vitals:
    """The state of training at N of its steps: each `TrainConfig.vitals_interval`-th, and the last one."""

    step: NDArray[np.int64]  # [N]
    grad_norm: Floats  # [N] ℓ2 norm of the loss's gradient over all parameters, before any clipping; may be inf or NaN
    learning_rate: Floats  # [N]
    memory: NDArray[np.int64]  # [N] bytes: on a GPU of its tensors, on the CPU of the whole process


@dataclass(frozen=True)
class Evaluation:
    """The held-out split, every image, with z sampled from q(z|x) under one fixed noise."""

    step: int
    epoch: float
    seconds: float
    reconstruction: float
    kl: float | None
    elbo: float | None
    elbo_se: float | None  # standard error of the elbo, over images
    kl_per_dim: Floats | None  # [Z]
    active_units: int | None  # latent dimensions with Var_x(E[z_j|x]) > 0.01 (Burda et al. 2016)
    mse_per_pixel: float  # of the decoder's mean, pixels from 0 to 1
    bce_per_pixel: float  # of the decoder's mean, clipped half a grey level inside (0, 1)
    decoder_std: float  # root of the mean variance of p(x|z) per pixel: the error that the decoder expects
    bits_per_dim: float | None  # from the ELBO, of 8-bit or binary pixels; None for an AE or grey pixels as a Bernoulli


PictureKind = Literal["inputs", "reconstructions", "prior_means", "prior_samples", "held_out", "held_out_means"]


@dataclass(frozen=True)
class Pictures:
    """Images of one kind at one step: the same held-out inputs and the same prior z at every step.

    `held_out` and `held_out_means` are the first scored images of a finished model, and their reconstructions.
    """

    step: int
    kind: PictureKind
    images: NDArray[np.uint8]  # [N, H, W]


@dataclass(frozen=True)
class Diverged:
    """The last event of a run whose loss stopped being a finite number."""

    step: int
    term: str


@dataclass(frozen=True)
class Checkpoint:
    """All that the steps after `step` follow from: a resumed run continues as if it had never stopped.

    On the CPU it does so bit for bit, with the same build of torch and number of threads.
    """

    step: int
    seconds: float  # of training, so far
    arrays: dict[str, NDArray[Any]]  # model.*, optimizer.*, and the states of the random generators
    evaluated: bool  # whether the pictures and the evaluation of this step had been yielded


@dataclass(frozen=True)
class EvaluationSpan:
    """From here until the same event with `over`, the model is only evaluated, which may be interrupted.

    A caller that throws `EvaluationAborted` in between, also from a signal handler, gets a `Checkpoint` next. A run
    resumed from it evaluates again.
    """

    step: int
    over: bool = False


class EvaluationAborted(BaseException):
    """Interrupts an evaluation. Not an `Exception`, so that no handler of errors catches it."""


Event = StepTerms | Vitals | Evaluation | Pictures | Checkpoint | Diverged | EvaluationSpan | Scores | Report
