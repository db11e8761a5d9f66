"""A sweep in words."""

from typing import Any

from app.records import Interval, SweepSpecification
from app.sweeps.wording import dimension_words, fixed_values, objective_words, params_words, unit
from vae_core.config.train_config import TrainConfig


def specification(**config: object) -> SweepSpecification:
    space: dict[str, Interval | list[Any]] = {
        "beta": Interval(low=0.1, high=10, log=True),
        "likelihood": ["gaussian", "laplace"],
    }
    given = TrainConfig.parse(config, stored=True).to_dict()
    return SweepSpecification(config=given, space=space, sampler="tpe", minimise=["kl"], seed=0, prune="none")


def test_a_dimension_is_an_interval_or_a_list() -> None:
    assert dimension_words("beta", Interval(low=0.1, high=10, log=True)) == "0.1 to 10, logarithmic"
    assert dimension_words("latent_dim", Interval(low=2, high=16)) == "2 to 16"
    assert dimension_words("activation", ["relu", "tanh"]) == "ReLU, Tanh"
    assert dimension_words("hidden", [[400], [200, 100]]) == "400; 200, 100"


def test_a_trial_is_told_by_its_fields_to_three_digits() -> None:
    params = {"beta": 0.318472, "latent_dim": 8, "activation": "relu"}
    assert params_words(params) == "β 0.318, Latent dimensions 8, Activation ReLU"


def test_objectives_have_the_unit_that_all_trials_share() -> None:
    assert objective_words(["kl", "mse_per_pixel"]) == "KL and MSE"
    assert unit(specification(), "negative_elbo") == "nats/image, density of grey pixels"
    assert unit(specification(), "bits_per_dim") == "8-bit pixels"
    assert unit(specification(), "mse_per_pixel") == "per pixel"


def test_what_every_trial_has_is_told_where_it_counts_and_is_not_the_default() -> None:
    config = {"latent_dim": 3, "beta": 4, "importance_samples": 9}
    assert fixed_values(specification(**config)) == {"latent_dim": 3}
