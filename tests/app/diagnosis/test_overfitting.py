"""A held-out loss that rises while training falls is told from one that wavers."""

from collections.abc import Callable
from typing import Any

import pytest

from app.diagnosis.history import RunHistory
from app.diagnosis.overfitting import overfitting

Make = Callable[..., RunHistory]
RISING = {"reconstruction": [25.0, 22.0, 20.0, 21.0, 22.0], "kl": [3.0]}


def test_the_best_step_is_where_to_stop(history: Make) -> None:
    run = history(training=(26.0, 24.0), **RISING)  # elbo_se = 0.2
    (finding,) = overfitting(run) or []
    assert "risen by 2 nats since step 300" in finding.message
    assert "on training images it fell by 1" in finding.message
    assert finding.changes == {"max_steps": 300}
    assert finding.evidence.values == (28.0, 25.0, 23.0, 24.0, 25.0)
    assert finding.evidence.line == pytest.approx(23.4)


def test_what_is_minimised_decides_and_not_the_elbo(history: Make) -> None:
    """With a light β the KL may grow while the loss falls."""
    climbing = {"reconstruction": [25.0, 20.0, 18.0, 17.0, 16.0], "kl": [2.0, 5.0, 10.0, 20.0, 30.0]}
    assert overfitting(history({"beta": 0.01}, **climbing)) == []
    assert overfitting(history({"beta": 1}, **climbing)) != []


@pytest.mark.parametrize(
    ("series", "training"),
    [
        ({"reconstruction": [25.0, 22.0, 21.0, 20.5], "kl": [3.0]}, (25.0, 24.0)),  # still falling
        (RISING, (24.0, 25.0)),  # training rises too: another schedule, another minibatch
        ({**RISING, "reconstruction": [20.0, 22.0, 20.3, 21.0]}, (25.0, 24.0)),  # it wavers
        ({**RISING, "elbo_se": [0.6]}, (25.0, 24.0)),  # within chance
        ({**RISING, "reconstruction": [22.0, 20.0, 23.0]}, (25.0, 24.0)),  # one bad evaluation
    ],
)
def test_a_loss_that_wavers_is_left_alone(history: Make, series: dict[str, Any], training: Any) -> None:
    assert overfitting(history(training=training, **series)) == []


def test_an_autoencoder_is_held_against_what_it_had_gained(history: Make) -> None:
    """Of 25 nats a twentieth, 1.25."""
    falling = {"training": (25.0, 20.0)}
    assert overfitting(history({"model": "ae"}, reconstruction=[20.0, 21.0, 21.2], **falling)) == []
    assert overfitting(history({"model": "ae"}, reconstruction=[20.0, 21.5, 22.0], **falling)) != []


def test_two_evaluations_are_too_few(history: Make) -> None:
    assert overfitting(history(reconstruction=[20.0, 30.0], kl=[3.0], active_units=[5])) is None
