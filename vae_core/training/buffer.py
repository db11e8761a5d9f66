"""The terms and vitals of the newest steps, kept on the device so that reading them costs one transfer a block."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

import numpy as np
import torch
from torch import Tensor, nn, optim

from vae_core.config.schedules import due
from vae_core.config.train_config import TrainConfig
from vae_core.events import Diverged, StepTerms, Vitals
from vae_core.model.elbo import Terms

FETCH_SECONDS = 0.05  # between two transfers
FETCH_STEPS = 1024  # at most, in one transfer


class TermBuffer:
    """Keeps the terms of one step after the other, beginning after step `done`, and returns them in blocks."""

    def __init__(self, config: TrainConfig, done: int = 0) -> None:
        self.config = config
        self.terms: list[Tensor] = []  # scalars on the device: reconstruction, kl, loss of one step after the other
        self.known: list[tuple[float, float]] = []  # beta, seconds: of the same steps, known without the device
        self.fetched_steps = done
        self.fetched_at = -inf  # the first step is due at once

    def append(self, terms: Terms, beta: float, seconds: float) -> None:
        """Keep the next step's terms, without waiting for them."""
        kl = terms.loss if terms.kl is None else terms.kl  # an autoencoder's column is never read
        self.terms += terms.reconstruction.detach(), kl.detach(), terms.loss.detach()
        self.known.append((beta, seconds))

    def due(self, seconds: float) -> bool:
        """Whether the buffer is full or the last transfer is long enough ago."""
        return len(self.known) == FETCH_STEPS or seconds - self.fetched_at >= FETCH_SECONDS

    def fetch(self) -> StepTerms:
        """The kept steps, at least one, as a block; the buffer is empty after. Waits for the device."""
        reconstruction, kl, loss = torch.stack(self.terms).reshape(-1, 3).cpu().numpy().astype(np.float64).T
        beta, seconds = np.array(self.known).T
        step = self.fetched_steps + np.arange(1, len(loss) + 1)
        self.terms.clear()
        self.known.clear()
        self.fetched_steps += len(loss)
        self.fetched_at = seconds[-1]
        variational = self.config.model == "vae"
        return StepTerms(
            step=step,
            epoch=step / self.config.steps_per_epoch,
            seconds=seconds,
            reconstruction=reconstruction,
            kl=kl if variational else None,
            elbo=-(reconstruction + kl) if variational else None,
            loss=loss,
            beta=beta if variational else None,
        )


class VitalsBuffer:
    """Keeps training's vitals at some of its steps, and returns them in blocks. `memory` returns the bytes in use."""

    def __init__(self, config: TrainConfig, optimizer: optim.Optimizer, memory: Callable[[], int]) -> None:
        self.config, self.optimizer, self.memory = config, optimizer, memory
        self.norms: list[Tensor] = []  # scalars on the device, of one sampled step after the other
        self.known: list[tuple[int, float, int]] = []  # step, learning rate, bytes: of the same, known without it

    def take(self, step: int) -> None:
        """Keep the vitals of a step that is due, once it has its gradient. Waits for nothing and changes nothing."""
        if not due(self.config, step, self.config.vitals_interval):
            return
        (group,) = self.optimizer.param_groups
        gradients = [each.grad for each in group["params"] if each.grad is not None]
        self.norms.append(nn.utils.get_total_norm(gradients))
        self.known.append((step, group["lr"], self.memory()))

    def fetch(self, last: int) -> list[Vitals]:
        """Those up to the step `last` as a block, if there are any; the buffer is empty after. Waits for the device."""
        norms, known = self.norms, [known for known in self.known if known[0] <= last]
        self.norms, self.known = [], []
        if not known:
            return []
        step, learning_rate, memory = map(np.array, zip(*known, strict=True))
        grad_norm = torch.stack(norms[: len(known)]).cpu().numpy().astype(np.float64)
        return [Vitals(step, grad_norm, learning_rate, memory)]


def until_divergence(block: StepTerms) -> tuple[StepTerms, Diverged | None]:
    """The block up to and including its first step with a loss that is no finite number, and that step's `Diverged`.

    Its `term` is the first of reconstruction, kl, loss that is not finite.
    """
    finite = np.isfinite(block.loss)
    if finite.all():
        return block, None
    first = int(finite.argmin())
    kept = {name: values[: first + 1] for name, values in vars(block).items() if values is not None}
    term = next(name for name in ("reconstruction", "kl", "loss") if name in kept and not np.isfinite(kept[name][-1]))
    return replace(block, **kept), Diverged(int(block.step[first]), term)
