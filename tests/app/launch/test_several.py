"""Several values in one field of the form."""

import pytest

from app.launch.several import joined, split


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("beta", "0.5, 1, 4", ["0.5", "1", "4"]),
        ("beta", "0.5,1", ["0.5", "1"]),
        ("beta", "0.5;1;0.5", ["0.5", "1"]),
        ("beta", "0.5, 0.5", ["0.5"]),
        ("beta", "0,5", ["0,5"]),  # perhaps a decimal point
        ("max_steps", "3,000", ["3,000"]),  # perhaps thousands
        ("max_steps", "3,000; 600", ["3,000", "600"]),
        ("latent_dim", "2,8,20", ["2", "8", "20"]),
        ("hidden", "400, 400", ["400, 400"]),
        ("hidden", "200; 400, 400", ["200", "400, 400"]),
        ("likelihood", "bernoulli; gaussian", ["bernoulli", "gaussian"]),
        ("likelihood", "bernoulli, gaussian", ["bernoulli", "gaussian"]),
        ("beta", " 1 ", [" 1 "]),
        ("beta", ";", [";"]),
        ("grad_clip", "", [""]),
        ("surprise", "1, 2", ["1, 2"]),
    ],
)
def test_values_are_told_apart(name: str, text: str, values: list[str]) -> None:
    assert split(name, text) == values


def test_what_is_joined_comes_apart_again() -> None:
    for values in (["bernoulli", "gaussian"], ["200", "400, 400"]):
        assert split("hidden", joined(values)) == values
