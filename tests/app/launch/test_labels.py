"""Fields and values as people read and type them."""

from app.launch.labels import may_be_empty, shown, typed_values
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
