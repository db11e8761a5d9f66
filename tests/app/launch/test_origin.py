"""What a form's fields mean on top of what it was filled in from."""

import pytest

from app.errors import Refused
from app.launch.origin import Origin, of_preset, of_run
from vae_core.config.train_config import TrainConfig
from vae_core.presets import PRESETS


def test_an_emptied_field_is_the_origins_and_an_emptied_limit_is_no_limit() -> None:
    demo = of_preset("digits-demo")
    sent = {**demo.values, "latent_dim": "", "batch_size": " ", "hidden": "", "beta": "4", "threads": ""}
    config = TrainConfig.parse(demo.meaning(sent))
    assert (config.latent_dim, config.batch_size, config.hidden, config.beta) == (10, 64, (128,), 4)
    assert config.threads is None
    unlimited = TrainConfig.parse(demo.meaning({**demo.values, "epochs": "", "max_steps": "7"}))
    assert (unlimited.epochs, unlimited.max_steps) == (None, 7)


def test_an_emptied_length_is_the_origins() -> None:
    bce = of_preset("bce")
    config = TrainConfig.parse(bce.meaning({**bce.values, "epochs": "", "max_steps": ""}))
    assert (config.epochs, config.max_steps) == (None, 3000)
    assert TrainConfig.parse(Origin().meaning({"epochs": "", "max_steps": ""})).epochs == 10


def test_what_another_choice_hides_has_its_default() -> None:
    """An objective that a preset chose does not outlive its model."""
    iwae = of_preset("iwae")
    sent = {name: text for name, text in iwae.values.items() if name not in {"objective", "importance_samples"}}
    assert TrainConfig.parse(iwae.meaning({**sent, "model": "ae"})).objective == "elbo"


def test_a_siblings_fields_fall_back_to_its_run() -> None:
    origin = of_run(7, TrainConfig(latent_dim=3))
    assert (origin.meaning({"latent_dim": ""}), origin.whose) == ({"latent_dim": "3"}, "run 7's")


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_form_leaves_out_what_its_runs_differ_in(name: str) -> None:
    origin, configs = of_preset(name), PRESETS[name].configs()
    kept = [{key: value for key, value in one.to_dict().items() if key not in origin.decided} for one in configs]
    assert origin.twin or all(one == kept[0] for one in kept)
    assert bool(origin.decided) == (len(configs) > 1 and not origin.twin)


def test_there_is_no_origin_without_a_preset_of_its_name() -> None:
    with pytest.raises(Refused):
        of_preset("nope")
