"""What may be minimised over which trials."""

from itertools import product
from typing import Any

import pytest

from app.comparison.comparability import verdict
from app.records import Trial
from app.sweeps.objectives import DISTORTIONS, QUANTITIES, RATE, best, check_objectives, measured
from app.text.quantities import QUANTITIES as DESCRIBED
from app.text.quantities import UNIT_FIELDS
from tests.app.builders import make_evaluation
from vae_core.config.train_config import RefusedConfig, TrainConfig, json_schema

BCE, MSE = TrainConfig(), TrainConfig(likelihood="gaussian")


def refusal(minimise: list[str], *configs: TrainConfig) -> str:
    with pytest.raises(RefusedConfig) as refused:
        check_objectives(minimise, configs)
    (error,) = refused.value.errors
    assert error.field == "minimise"
    return error.message


def trial(number: int, *values: float, state: Any = "complete") -> Trial:
    return Trial(number=number, run=number, params={}, pending=[], state=state, values=list(values) or None, step=9)


@pytest.mark.parametrize("quantity", ["negative_elbo", *DISTORTIONS])
def test_one_quantity_of_one_unit(quantity: str) -> None:
    check_objectives([quantity], [BCE])


@pytest.mark.parametrize("distortion", DISTORTIONS)
def test_the_rate_and_a_distortion(distortion: str) -> None:
    check_objectives([distortion, RATE], [BCE])


def test_a_quantity_of_two_units_is_refused_with_those_that_would_do() -> None:
    message = refusal(["negative_elbo"], BCE, MSE)
    assert "not have it in one unit of measure. BCE is −log of the probability of a binary image" in message
    assert message.endswith("These would do: mse_per_pixel, bce_per_pixel.")
    check_objectives(["mse_per_pixel"], [BCE, MSE])
    assert "grey pixels the BCE gives no pixel value" in refusal(["bits_per_dim"], BCE)
    check_objectives(["bits_per_dim"], [MSE, TrainConfig(likelihood="discretized_logistic")])


def test_what_some_trials_would_not_have_is_refused() -> None:
    autoencoder = TrainConfig(model="ae")
    assert "A plain autoencoder has no KL." in refusal([RATE, "mse_per_pixel"], BCE, autoencoder)
    assert "no quantity is left" in refusal(["mse_per_pixel"], BCE, TrainConfig(dataset="mnist"))
    check_objectives(["reconstruction"], [BCE, autoencoder])


@pytest.mark.parametrize(
    ("minimise", "words"),
    [
        (["elbo"], "must be one of negative_elbo, bits_per_dim, reconstruction, mse_per_pixel, bce_per_pixel, or"),
        (["kl"], "takes kl together with one of reconstruction, mse_per_pixel, bce_per_pixel, not kl"),
        (["kl", "kl"], "takes kl together with one of"),
        (["kl", "negative_elbo"], "takes kl together with one of"),
        (["mse_per_pixel", "bce_per_pixel"], "must be one quantity, or kl and a distortion, not mse_per_pixel, bce"),
    ],
)
def test_other_objectives_are_refused(minimise: list[str], words: str) -> None:
    assert refusal(minimise, BCE).startswith(f"minimise {words}")


def test_less_is_better_of_every_quantity() -> None:
    assert {DESCRIBED[name].better for name in QUANTITIES} == {"lower"}


def test_no_field_but_these_decides_in_which_unit_a_quantity_is() -> None:
    """Each other field with choices, beside each likelihood and each kind of pixels."""
    properties = json_schema()["properties"]
    choices: dict[str, list[Any]] = {
        name: about.get("enum") or [False, True]
        for name, about in properties.items()
        if name not in UNIT_FIELDS and ("enum" in about or about.get("type") == "boolean")
    }
    assert {"scale", "objective", "architecture", "examine"} <= choices.keys()
    for likelihood, binarize in product(properties["likelihood"]["enum"], ("none", "static")):
        base = {"likelihood": likelihood, "binarize": binarize}
        for name, values in choices.items():
            configs = [TrainConfig.parse({**base, name: value}, stored=True) for value in values]
            for quantity in (*QUANTITIES, RATE):
                alone = verdict(quantity, configs[:1])
                assert verdict(quantity, configs).comparable == alone.comparable, (name, quantity)


def test_what_was_measured() -> None:
    evaluation = make_evaluation(reconstruction=90.0, kl=10.0, elbo=-100.0)
    assert measured(evaluation, ["negative_elbo"]) == [100.0]
    assert measured(evaluation, ["kl", "reconstruction"]) == [10.0, 90.0]
    assert measured(evaluation, ["kl", "mse_per_pixel"]) is None
    assert measured(None, ["kl"]) is None


def test_the_best_trial_is_one_that_ended() -> None:
    assert best([trial(1, 3.0), trial(2, 2.0), trial(3, 1.0, state="pruned"), trial(4, state="failed")]) == [2]
    assert best([]) == []


def test_the_frontier_of_two_objectives() -> None:
    trials = [trial(1, 1.0, 9.0), trial(2, 2.0, 5.0), trial(3, 2.0, 6.0), trial(4, 3.0, 5.0), trial(5, 9.0, 1.0)]
    assert best(trials) == [1, 2, 5]
