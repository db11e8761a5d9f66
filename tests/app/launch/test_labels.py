"""Fields and values as people read and type them."""

from app.launch.labels import label, may_be_empty, shown, shown_value, typed_values
from vae_core.config.train_config import TrainConfig


def test_a_value_is_shown_by_its_name_and_an_empty_one_by_what_it_means() -> None:
    assert (shown("scale", "optimal"), shown("dequantize", "true")) == ("Optimal, in closed form", "Yes")
    assert (shown("epochs", ""), shown("grad_clip", ""), shown("threads", "")) == ("no limit", "none", "automatic")
    assert shown("beta", "2") == "2"


def test_the_fields_that_may_be_empty() -> None:
    empty = {name for name in typed_values(TrainConfig()) if may_be_empty(name)}
    assert empty == {
        "grad_clip", "epochs", "max_steps", "threads", "evaluate_every", "picture_every", "checkpoint_every",
    }  # fmt: skip


def test_a_stored_value_reads_like_the_form() -> None:
    assert shown_value("gaussian", "likelihood") == "Gaussian (MSE)"
    assert [shown_value(value, "dequantize") for value in (True, False)] == ["Yes", "No"]
    assert shown_value(0.5**0.5, "sigma") == "0.707107"
    assert [shown_value(value, "learning_rate") for value in (1e-3, 1e-5)] == ["0.001", "10⁻⁵"]
    assert (shown_value([400, 200], "hidden"), shown_value(None, "epochs")) == ("400, 200", "no limit")
    assert (label("latent_dim"), label("seed")) == ("Latent dimensions", "Seed")
