"""An answer says the same in sentences, in JSON and as a configuration."""

import json
from pathlib import Path

import pytest

from app.errors import Refused
from app.translate.answer import Question, Reductions, answer_question, form_values, render_text
from vae_core.config.train_config import RefusedConfig, TrainConfig
from vae_core.theory.convention import implied
from vae_core.theory.pixel_statistics import statistics
from vae_core.translator.recipes import RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_and_its_code_have_one_answer(name: str) -> None:
    known = RECIPES[name]
    sizes = {"pixels": known.pixels, "latent_dim": known.latent_dim, "batch_size": known.batch_size}
    by_name, by_code = (
        answer_question({"recipe": name}).public().model_dump(),
        answer_question({"code": known.code, **sizes}).public().model_dump(),
    )
    assert by_name.pop("assumed") == []
    by_code.pop("assumed")
    numbers = ("factor", "normalised_beta", "weights")
    assert [by_code.pop(key) for key in numbers] == [pytest.approx(by_name.pop(key)) for key in numbers]
    assert by_code == by_name


@pytest.mark.parametrize("name", RECIPES)
def test_the_configuration_implies_the_answer_and_the_command_is_its(name: str) -> None:
    answer = answer_question({"recipe": name, "dataset": "digits", "latent_dim": 7, "batch_size": 32})
    assert answer.config is not None
    assert answer.command is not None
    assert answer.config.latent_dim == 7
    assert TrainConfig.parse(answer.changes) == answer.config
    assert implied(answer.config).sigma == (answer.translation.scale and pytest.approx(answer.translation.scale))
    assert "--set latent_dim=7" in answer.command
    json.dumps(answer.public().model_dump(), allow_nan=False)


@pytest.mark.parametrize(
    ("loss", "first"),
    [
        ({"error": "bce"}, "This loss is the −ELBO of a Bernoulli decoder, up to a factor: β = 1."),
        (
            {"error": "bce", "pixels": "mean"},
            "This loss trains a β-VAE with a Bernoulli decoder and β = 784; β = 1 would be",
        ),
        ({"error": "mse"}, "This loss is the −ELBO of a Gaussian decoder with σ = 0.707, up to a factor."),
        ({"error": "l1", "weight": 3}, "This loss is the −ELBO of a Laplace decoder with b = 0.333, up to a factor."),
        (
            {"error": "mse", "kl_weight": 0},
            "This loss has no KL: it trains an autoencoder with a Gaussian",
        ),
    ],
)
def test_the_first_sentence_says_which_model(loss: dict[str, object], first: str) -> None:
    assert answer_question({"loss": loss}).sentences[0].startswith(first)


def test_reductions_and_their_code_are_one_loss() -> None:
    reductions = Reductions(error="mse", pixels="mean", batch="sum", kl_dimensions="mean", kl_weight=0.5)
    by_loss, by_code = Question(loss=reductions).answer(), Question(code=reductions.code()).answer()
    assert by_loss.translation.weights == by_code.translation.weights


def test_the_data_sets_own_spectrum_counts_the_units(tmp_path: Path) -> None:
    """18 of 20 would die of the plain sum of squares on digits; bounds for any pixels know of none."""
    grey = statistics("digits", "none", cache=tmp_path).train
    question = {"loss": {"error": "mse"}, "dataset": "digits"}
    blind, measured = answer_question(question), answer_question(question, {"digits": grey}.get)
    assert (blind.collapse, blind.translation.live_units) == (None, None)
    assert measured.translation.live_units == (grey.spectrum > 0.5).sum()
    assert measured.collapse is not None
    assert measured.collapse.endswith("The data are Digits 8×8's training images.")
    assert measured.public().collapse == measured.collapse
    logits = answer_question({"loss": {"error": "bce", "kl_weight": 3}, "dataset": "digits"}, {"digits": grey}.get)
    assert logits.translation.live_units == (grey.logit_spectrum > 3).sum()


def test_a_beta_beyond_the_form_has_no_configuration() -> None:
    answer = answer_question({"loss": {"error": "bce", "pixels": "mean", "kl_weight": 10_000}})
    assert (answer.config, answer.command, answer.public().config) == (None, None, None)
    assert answer.sentences[-1] == "No configuration trains this loss: its β is above a million."


def test_the_printed_answer_has_all_its_parts() -> None:
    text = render_text(answer_question({"code": RECIPES["keras-2016"].code}))
    for part in ("β = 784", "Linear theory", "Assumed:", "    def negative_elbo(", "    elboard train --set"):
        assert part in text


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({}, "code"),
        ({"code": "x", "recipe": "pythae"}, "code"),
        ({"recipe": "nope"}, "recipe"),
        ({"recipe": "pythae", "dataset": "cifar"}, "dataset"),
    ],
)
def test_a_question_without_sense_names_its_field(question: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        answer_question(question)
    assert refused.value.field == field


def test_sizes_out_of_bounds_are_refused_like_a_configuration() -> None:
    with pytest.raises(RefusedConfig, match="batch_size must be at least 1, not 0"):
        answer_question({"recipe": "pythae", "batch_size": 0})


def test_a_forms_values_are_those_that_were_filled_in() -> None:
    assert form_values({"code": "x", "value:beta": " 4", "value:self.w": "", "value:": "1"}) == {"beta": " 4"}
