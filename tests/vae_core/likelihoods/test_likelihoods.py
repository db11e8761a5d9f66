import pytest
import torch

from vae_core.likelihoods import choose_likelihood
from vae_core.likelihoods.bernoulli import Bernoulli
from vae_core.likelihoods.gaussian import Gaussian


def test_the_configuration_names_the_family(small):
    assert isinstance(choose_likelihood(small()), Bernoulli)
    assert isinstance(choose_likelihood(small(likelihood="gaussian", sigma=0.2)), Gaussian)


@pytest.mark.parametrize("likelihood", [Bernoulli(), Gaussian(0.5)])
def test_every_family_keeps_the_shapes(likelihood):
    outputs, x = torch.randn(3, 5, 7), torch.rand(5, 7)
    assert likelihood.log_prob(outputs, x).shape == (3, 5)
    assert likelihood.mean(outputs).shape == outputs.shape
    assert likelihood.sample(outputs, torch.Generator().manual_seed(0)).shape == outputs.shape
    assert torch.equal(likelihood.log_prob(outputs, x)[1], likelihood.log_prob(outputs[1], x))
