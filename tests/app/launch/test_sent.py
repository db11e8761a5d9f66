"""What a browser sends of the form, as a launch request."""

import pytest

from app.launch.origin import Origin, of_preset
from app.launch.sent import Sent
from vae_core.config.train_config import RefusedConfig
from vae_core.presets import PRESETS


def test_the_forms_own_fields_are_told_from_the_configurations() -> None:
    form = {"key": "k" * 50, "preset": "mse", "from": "7", "fork": "x", "name": " mine ", "seeds": "3", "twin": "1"}
    sent = Sent.read({**form, "beta": "2", "remedy": "beta=1"}.items())
    assert sent == Sent({"beta": "1"}, "mse", 7, None, "mine", "3", True, "k" * 40)


def test_a_preset_without_fields_is_launched_as_it_is() -> None:
    for name in ("digits-demo", "bce-vs-mse"):
        request = Sent.read([("preset", name)]).request(of_preset(name))
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
        (Sent({}, seeds="1, x"), "seeds", 1),
        (Sent({}, seeds=f"1, {2**40}"), "seeds", 1),
        (Sent({"beta": "1, 2", "seed": "0"}, seeds="51"), "seeds", 50),
        (Sent({"latent_dim": "; ".join(map(str, range(1, 102)))}), "latent_dim", None),
        (Sent({"beta": "1, 2"}, like=3, fork=5), "beta", None),
        (Sent({"seed": "1, 2"}), "seed", None),
        (Sent({"seed": str(2**31 - 1)}, seeds="2"), "seed", 0),
    ],
)
def test_a_number_of_seeds_that_cannot_be_is_refused(sent: Sent, field: str, bound: int) -> None:
    with pytest.raises(RefusedConfig) as refused:
        sent.request(Origin())
    assert [(error.field, error.bound) for error in refused.value.errors] == [(field, bound)]


def test_seeds_may_be_named() -> None:
    request = Sent({"seed": "5"}, seeds="7, 1, 7").request(Origin())
    assert [config.seed for config in request.configs()] == [7, 1]


def test_several_values_of_fields_are_every_combination() -> None:
    items = [
        ("beta", "0.5, 1, 4"),
        ("likelihood", "bernoulli"),
        ("likelihood", "gaussian"),
        ("hidden", "200; 400, 400"),
    ]
    configs = Sent.read([*items, ("seeds", "2")]).request(Origin()).configs()
    assert len(configs) == 3 * 2 * 2 * 2
    assert {config.hidden for config in configs} == {(200,), (400, 400)}
    assert {(config.beta, config.likelihood) for config in configs} == {
        (beta, loss) for beta in (0.5, 1.0, 4.0) for loss in ("bernoulli", "gaussian")
    }


def test_what_is_wrong_with_one_of_several_values_is_told() -> None:
    for fields in ({"beta": "0.5, −1"}, {"beta": "x, 1", "likelihood": "bernoulli; gaussian"}):
        with pytest.raises(RefusedConfig) as refused:
            Sent(fields).request(Origin())
        assert [error.field for error in refused.value.errors] == ["beta"]


def test_all_that_is_wrong_is_named() -> None:
    with pytest.raises(RefusedConfig) as refused:
        Sent({"beta": "x", "latent_dim": "0"}, seeds="0").request(Origin())
    assert {error.field for error in refused.value.errors} == {"beta", "latent_dim", "seeds"}
