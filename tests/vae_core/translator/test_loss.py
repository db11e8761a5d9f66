"""A loss as its weights: numbers at given sizes, or a refusal that says what is missing."""

import pytest

from vae_core.theory.convention import Weights
from vae_core.translator.algebra import atom, number
from vae_core.translator.errors import Missing, Refusal
from vae_core.translator.loss import Loss
from vae_core.translator.terms import Size

D, M = atom(Size.PIXELS), atom(Size.BATCH)


def test_weights_follow_the_sizes() -> None:
    assert Loss("bce", number(1) / D, M).weights(784, 20, 128) == Weights(1 / 784, 128)


def test_a_name_that_weighs_both_is_asked_for_once() -> None:
    loss = Loss("bce", number(1) - atom("alpha"), atom("alpha") * atom("beta"))
    assert loss.needs == {"alpha": "weighs the reconstruction and the KL", "beta": "weighs the KL"}
    with pytest.raises(Missing) as refused:
        loss.weights(784, 20, 128)
    assert [error.field for error in refused.value.errors] == ["values.alpha", "values.beta"]


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (Loss("sse", -D, M), "has the weight -784, which rewards errors"),
        (Loss("sse", number(0), M), "has the weight 0"),
        (Loss("sse", D, -M), "The KL has the weight -128"),
        (Loss("sse", D, number(1e307) * M * M), "the weight inf, beyond"),
        (Loss("sse", number(1e-40), M), "the weight 1e-40, beyond"),
    ],
)
def test_weights_that_train_no_model_are_refused(loss: Loss, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        loss.weights(784, 20, 128)
