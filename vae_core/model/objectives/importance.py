"""Bounds from K weighted samples: L_K = E[log (1/K) Σ_k w_k] with w = p(x, z) / q(z|x); L_1 is the ELBO.

B is the batch, D the pixels of an image, Z the latent dimensions; S = L · K samples of z for an image make L estimates
of its bound from K samples each. The bound has no β.
"""

from dataclasses import dataclass
from math import log

from torch import Tensor

from vae_core.model.elbo import Draw, Terms, draw, log_pz, log_qz
from vae_core.model.vae import VAE, Posterior


@dataclass(frozen=True)
class Iwae:
    """−L_K (Burda et al. 2016, arXiv:1509.00519), the mean of L estimates (MIWAE, Rainforth et al. 2018)."""

    samples: int  # K

    def __call__(self, model: VAE, x: Tensor, noise: Tensor, _: float) -> Terms:
        """See `Objective`."""
        drawn = draw(model, x, noise)
        log_w = log_weights(drawn, drawn.posterior, self.samples)
        return Terms(drawn.reconstruction, drawn.kl, -bound(log_w))


@dataclass(frozen=True)
class Ciwae:
    """A mixture of the ELBO, with its KL in closed form, and L_K (Rainforth et al. 2018, arXiv:1802.04537)."""

    samples: int  # K
    elbo_weight: float  # 1 is the ELBO, 0 is L_K

    def __call__(self, model: VAE, x: Tensor, noise: Tensor, _: float) -> Terms:
        """See `Objective`."""
        drawn = draw(model, x, noise)
        log_w = log_weights(drawn, drawn.posterior, self.samples)
        reconstruction, kl = drawn.reconstruction, drawn.kl
        loss = self.elbo_weight * (reconstruction + kl) - (1 - self.elbo_weight) * bound(log_w)
        return Terms(reconstruction, kl, loss)


@dataclass(frozen=True)
class Dreg:
    """−L_K with the doubly reparameterised gradient (Tucker et al. 2019, arXiv:1810.04152).

    The decoder's gradient is that of L_K, Σ_k w̃_k ∂log w_k with w̃ the normalised weights. The encoder's has the same
    mean and less noise: Σ_k w̃_k² ∂log w_k/∂z_k · ∂z_k, in which q's own parameters inside log w are constants.
    """

    samples: int  # K

    def __call__(self, model: VAE, x: Tensor, noise: Tensor, _: float) -> Terms:
        """See `Objective`."""
        drawn = draw(model, x, noise)
        log_w = log_weights(drawn, _detached(drawn.posterior), self.samples)
        normalised = log_w.detach().softmax(1)  # [L, K, B]
        # 1. The gradient comes from Σ w̃ log w, which is no bound: it lies above L_K by log K less the entropy of w̃.
        surrogate = (normalised * log_w).sum(1).mean()
        # 2. On its way to the encoder it passes z, where w̃ multiplies it a second time.
        if drawn.z.requires_grad:
            drawn.z.register_hook(lambda gradient: gradient * normalised.flatten(0, 1).unsqueeze(-1))  # type: ignore[no-untyped-call]
        # 3. The value is the bound's: what follows it is zero, with a gradient.
        loss = -bound(log_w).detach() - (surrogate - surrogate.detach())
        return Terms(drawn.reconstruction, drawn.kl, loss)


def log_weights(drawn: Draw, posterior: Posterior, samples: int) -> Tensor:
    """log w = log p(x|z) + log p(z) − log q(z|x), [L, K, B] with K = `samples`; `posterior` is the density in log q.

    No closed form may stand for the last two here: the bound is one of the weights of each z, not of their mean.
    """
    log_ratio = (log_pz(drawn.z) - log_qz(drawn.z, posterior)).sum(-1)
    return (drawn.log_px + log_ratio).reshape(-1, samples, drawn.z.shape[1])


def bound(log_w: Tensor) -> Tensor:
    """log (1/K) Σ_k w_k of log weights [L, K, B], the mean over L and B."""
    return log_w.logsumexp(1).mean() - log(log_w.shape[1])


def _detached(posterior: Posterior) -> Posterior:
    loc, log_variance = posterior
    return Posterior(loc.detach(), log_variance if log_variance is None else log_variance.detach())
