"""The corrected lines, run, are this project's own loss, and the pasted one up to a factor and a constant."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.model.elbo import elbo_terms
from vae_core.model.vae import build_model
from vae_core.translator.read_code import read_loss
from vae_core.translator.recipes import RECIPES
from vae_core.translator.snippet import snippet
from vae_core.translator.translation import translate

M, Z = 6, 3
DIGITS = FACTS["digits"]


def defined(code: str) -> Callable[..., Any]:
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102  this project's own lines
    return names["negative_elbo"]


@pytest.mark.parametrize("name", RECIPES)
def test_it_is_the_loss_that_its_configuration_trains(name: str) -> None:
    told = translate(RECIPES[name].loss, DIGITS.dimensions, Z, M)
    config = TrainConfig.parse({"latent_dim": Z, "hidden": [8], **(told.config or {})})
    model = build_model(config, DIGITS, 0)
    x = torch.rand(M, DIGITS.dimensions, generator=torch.Generator().manual_seed(0))
    noise = torch.randn(1, M, Z, generator=torch.Generator().manual_seed(1))
    posterior = model.posterior(x)
    output = model.decode(posterior.sample(noise))[0]
    ours = elbo_terms(model, x, noise, (1.0, config.beta))
    lines = defined(told.snippet)
    assert lines(output, x, posterior.loc, posterior.log_variance).item() == pytest.approx(ours.loss.item(), rel=1e-5)


@pytest.mark.parametrize("name", ["pytorch-vae", "keras-2016", "disentangling-vae-laplace", "keras-io-2020"])
def test_the_pasted_loss_is_a_factor_and_a_constant_away(name: str) -> None:
    """Two batches, so that the constant goes: the gradients of both are one, but for the factor."""
    told = translate(RECIPES[name].loss, 784, Z, M)
    error = {"bce": "binary_cross_entropy", "sse": "mse_loss", "l1": "l1_loss"}[told.loss.error]
    measured = []
    for seed in (1, 2):
        made = torch.Generator().manual_seed(seed)
        x, r = torch.rand(M, 784, generator=made), 0.1 + 0.8 * torch.rand(M, 784, generator=made)
        mu, logvar = torch.randn(2, M, Z, generator=made)
        kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / M
        errors = getattr(torch.nn.functional, error)(r, x, reduction="sum") / M
        output = torch.logit(r) if told.likelihood == "bernoulli" else r
        theirs = told.weights.reconstruction * errors + told.weights.kl * kl
        measured.append((theirs.item(), defined(told.snippet)(output, x, mu, logvar).item()))
    (theirs, ours), (other, our_other) = measured
    assert theirs - other == pytest.approx(told.factor * (ours - our_other), rel=1e-3)


@pytest.mark.parametrize(("error", "scale"), [("bce", None), ("sse", 0.3), ("l1", 0.2)])
def test_it_reads_itself(error: str, scale: float | None) -> None:
    """Pasted back, its lines are the same loss, β and all, once the constant is left out: its size is a tensor's."""
    code = snippet(error, 2.5, scale)
    without = code.replace(" + x[0].numel() * math.log(2 * b)", "").replace(" + constant", "")
    told = translate(read_loss(without), 784, Z, M, scale=scale)
    assert told.beta == pytest.approx(2.5)
