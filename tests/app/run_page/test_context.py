"""What the templates of a run's page are given."""

from app.run_page.context import describe_run
from tests.app.builders import make_evaluation, make_run
from vae_core.presets import PRESETS
from vae_core.report import Report


def test_a_new_run_has_its_views_and_nothing_else_to_draw() -> None:
    shown = describe_run(make_run(status="queued"), [], None, None, vitals=False)
    assert list(shown.figures) == ["lines", "stacked", "training"]
    assert (
        shown.kl_figure
        is shown.kl_history_figure
        is shown.variance_figure
        is shown.reading
        is shown.errors_expected
        is None
    )
    assert shown.unexamined == "the model is examined when training has finished"


def test_an_examined_run_has_its_latents_drawn_and_its_readings_judged(report: Report) -> None:
    rows = [make_evaluation(step, kl_per_dim=[1.0, None, 0.5], decoder_std=0.5, mse_per_pixel=0.04) for step in (0, 40)]
    shown = describe_run(make_run(evaluation=rows[-1]), rows, report, None, vitals=True)
    assert shown.kl_figure is not None
    assert list(shown.kl_figure["data"][0]["x"]) == ["z0", "z2", "z1"]
    assert shown.kl_history_figure is not None
    assert shown.variance_figure is not None
    assert "35.0 nats more" in (shown.reading or "")
    assert "expects errors of 0.500" in (shown.errors_expected or "")
    untrained = make_run(status="running", evaluation=rows[0])
    assert describe_run(untrained, rows[:1], None, None, vitals=True).errors_expected is None


def test_a_plain_autoencoder_has_no_terms_to_stack() -> None:
    assert list(describe_run(make_run(model="ae"), [], None, None, vitals=False).figures) == ["lines", "training"]


def test_a_preset_is_held_against_its_published_value_whatever_the_seed() -> None:
    name, preset = next((name, preset) for name, preset in PRESETS.items() if preset.published)
    config = preset.configs()[0].to_dict() | {"seed": 77}
    shown = describe_run(make_run(preset=name, **config), [], None, None, vitals=False)
    assert shown.published == preset.published
    assert [mark["value"] for mark in shown.references] == [preset.published.negative_elbo]
    changed = config | {"latent_dim": config["latent_dim"] + 1}
    assert describe_run(make_run(preset=name, **changed), [], None, None, vitals=False).published is None
