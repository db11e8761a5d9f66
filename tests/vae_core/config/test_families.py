"""The facts of every likelihood and objective against the schema, and against the families' own formulas."""

from dataclasses import fields
from typing import get_args

import pytest
import torch

from vae_core.config.families import FAMILIES, OBJECTIVES, SCALES, LikelihoodName, ObjectiveName, Scale
from vae_core.config.limits import MIN_LOG_SCALE
from vae_core.config.train_config import ConfigError, RefusedConfig, TrainConfig, json_schema
from vae_core.model.likelihoods import LIKELIHOODS, choose_likelihood
from vae_core.model.likelihoods.location_scale import soft_clip

SCALED = [name for name, family in FAMILIES.items() if family.scales]


def test_every_choice_has_its_facts_in_the_order_of_the_form() -> None:
    choices = json_schema()["properties"]
    assert list(FAMILIES) == list(get_args(LikelihoodName)) == list(LIKELIHOODS) == choices["likelihood"]["enum"]
    assert list(OBJECTIVES) == list(get_args(ObjectiveName)) == choices["objective"]["enum"]
    assert list(SCALES) == list(get_args(Scale)) == choices["scale"]["enum"]


@pytest.mark.parametrize("fact", ["title", "short", "decoder", "symbol", "help", "about"])
def test_no_two_likelihoods_share_a_name(fact: str) -> None:
    assert len({getattr(family, fact) for family in FAMILIES.values()}) == len(FAMILIES)


def test_a_plain_loss_belongs_to_one_likelihood() -> None:
    errors = [family.error for family in FAMILIES.values() if family.error]
    assert sorted(errors) == ["bce", "l1", "sse"]


def test_own_fields_are_fields_of_the_configuration_with_one_owner() -> None:
    known = {field.name for field in fields(TrainConfig)}
    own = [name for family in FAMILIES.values() for name in family.fields]
    assert len(set(own)) == len(own)
    assert {*own, *(name for facts in OBJECTIVES.values() for name in facts.fields)} <= known


@pytest.mark.parametrize("name", SCALED)
def test_each_scale_is_offered_or_refused_with_a_reason(name: LikelihoodName) -> None:
    family = FAMILIES[name]
    assert {*family.scales, *family.refused_scales} == set(SCALES)
    assert bool(family.best_scale) == ("optimal" in family.scales)
    for scale in family.scales:
        assert TrainConfig.parse({"likelihood": name, "scale": scale}).scale == scale
    for scale, reason in family.refused_scales.items():
        with pytest.raises(RefusedConfig) as refusal:
            TrainConfig.parse({"likelihood": name, "scale": scale})
        (error,) = refusal.value.errors
        assert isinstance(error, ConfigError)
        assert (error.field, error.bound) == ("scale", "shared")
        assert reason in error.message


@pytest.mark.parametrize("name", [name for name in SCALED if FAMILIES[name].measure == "density"])
def test_the_deviation_and_the_constant_are_the_formulas(name: LikelihoodName) -> None:
    config = TrainConfig.parse({"likelihood": name, "sigma": 1})
    likelihood, at = choose_likelihood(config), torch.zeros(1, 1)
    deviation, constant = (getattr(config.family, fact)(**config.shape) for fact in ("deviation", "constant"))
    assert likelihood.variance(at).sqrt().item() == pytest.approx(deviation, rel=1e-6)
    assert -likelihood.log_prob(at, at).item() == pytest.approx(constant, rel=1e-6)


def test_the_discretised_logistic_has_the_deviation_of_its_density() -> None:
    config = TrainConfig.parse({"likelihood": "discretized_logistic", "sigma": 0.05})
    variance = choose_likelihood(config).variance(torch.full((1, 1), 0.5))
    assert variance.sqrt().item() == pytest.approx(0.05 * config.family.deviation(), rel=0.01)


def test_no_learned_scale_falls_below_the_limit() -> None:
    assert soft_clip(torch.tensor(-1e3)).item() == pytest.approx(MIN_LOG_SCALE)


def test_each_likelihoods_own_fields_leave_the_identity_of_the_others_alone() -> None:
    for name, family in FAMILIES.items():
        for field in family.fields:
            config = TrainConfig.parse({"likelihood": name})
            changed = TrainConfig.parse({"likelihood": name, field: getattr(config, field) + 1})
            assert config.identity != changed.identity
            assert TrainConfig.parse({field: getattr(changed, field)}).identity == TrainConfig().identity
    assert TrainConfig().identity == "20477be1f3b4812b3dc6251d91c7154ca620437a27d297122fab4e041b323cb4"  # as ever
