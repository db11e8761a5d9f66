"""What a browser sends of the form, as a launch request."""

import pytest

from app.launch.origin import Origin, of_preset
from app.launch.sent import Sent
from vae_core.config.train_config import RefusedConfig
from vae_core.presets import PRESETS


def test_the_forms_own_fields_are_told_from_the_configurations() -> None:
    form = {"key": "k" * 50, "preset": "mse", "from": "7", "fork": "x", "name": " mine ", "seeds": "3", "twin": "1"}
    sent = Sent.read({**form, "beta": "2", "remedy": "beta=1"})
    assert sent == Sent({"beta": "1"}, "mse", 7, None, "mine", "3", True, "k" * 40)


def test_a_preset_without_fields_is_launched_as_it_is() -> None:
    for name in ("digits-demo", "bce-vs-mse"):
        request = Sent.read({"preset": name}).request(of_preset(name))
        assert request.configs() == list(PRESETS[name].configs())


def test_seeds_begin_with_the_seed_that_was_typed() -> None:
    request = Sent({"seed": "5"}, seeds="3").request(Origin())
    assert [config.seed for config in request.configs()] == [5, 6, 7]
    assert Sent({"seed": "5"}, seeds="1").request(Origin()).seeds == []
    several = Sent({}, preset="sigma-vae", seeds="2").request(of_preset("sigma-vae"))
    assert len(several.configs()) == 2 * len(PRESETS["sigma-vae"].changes)


@pytest.mark.parametrize(
    ("sent", "field", "bound"),
    [
        (Sent({}, seeds="0"), "seeds", 1),
        (Sent({}, seeds="many"), "seeds", 1),
        (Sent({}, seeds="101"), "seeds", 100),
        (Sent({}, seeds="51", twin=True), "seeds", 50),
        (Sent({"seed": str(2**31 - 1)}, seeds="2"), "seed", 0),
    ],
)
def test_a_number_of_seeds_that_cannot_be_is_refused(sent: Sent, field: str, bound: int) -> None:
    with pytest.raises(RefusedConfig) as refused:
        sent.request(Origin())
    assert [(error.field, error.bound) for error in refused.value.errors] == [(field, bound)]


def test_all_that_is_wrong_is_named() -> None:
    with pytest.raises(RefusedConfig) as refused:
        Sent({"beta": "x", "latent_dim": "0"}, seeds="0").request(Origin())
    assert {error.field for error in refused.value.errors} == {"beta", "latent_dim", "seeds"}
