"""The form that starts a sweep, from what a browser sends to the request, with refusals in words."""

import pytest

from app.errors import Refused
from app.launch.labels import choices
from app.records import Interval
from app.sweeps.form import OBJECTIVES, ROWS, VARIABLE, SweepForm
from app.sweeps.objectives import check_objectives
from vae_core.config.train_config import RefusedConfig, TrainConfig

SENT = {"preset": "bce", "minimise": "negative_elbo", "sampler": "tpe", "trials": "6", "prune": "none", "seed": "3"}


def form(**sent: str) -> SweepForm:
    return SweepForm.read({**SENT, **{name.replace("_", "-"): value for name, value in sent.items()}}.items())


def wrong(made: SweepForm) -> dict[str, str]:
    """What is refused of it, by input."""
    try:
        made.request(None).specification()
    except (RefusedConfig, Refused) as refusal:
        return made.errors(refusal)
    return {}


def test_rows_are_intervals_and_values_a_choice_also_by_its_name() -> None:
    laplace = dict(choices("likelihood"))["laplace"]
    made = form(
        field_1="beta", low_1="0.1", high_1="10", log_1="on",
        field_2="latent_dim", values_2="2,4, 8",
        field_4="hidden", values_4="400; 200, 100",
        field_6="likelihood", values_6=f"gaussian, {laplace}",
    )  # fmt: skip
    request = made.request(None)
    assert request.space == {
        "beta": Interval(low=0.1, high=10, log=True),
        "latent_dim": ["2", "4", "8"],
        "hidden": ["400", "200, 100"],
        "likelihood": ["gaussian", "laplace"],
    }
    specification = request.specification()
    assert specification.space["latent_dim"] == [2, 4, 8]
    assert specification.space["hidden"] == [[400], [200, 100]]
    assert (request.preset, request.trials, request.minutes, request.seed) == ("bce", 6, None, 3)


def test_a_form_that_began_from_a_run_takes_its_configuration() -> None:
    request = form(preset="", field_1="beta", values_1="1, 2").request({"latent_dim": 3})
    assert (request.preset, request.config) == (None, {"latent_dim": 3})


def test_what_the_form_first_shows_can_be_started_as_it_is() -> None:
    first = SweepForm(preset="digits-demo")
    assert len(first.all_rows) == ROWS
    assert set(first.request(None).specification().space) == {"learning_rate", "latent_dim"}


def test_changes_of_what_trials_begin_from_are_kept_and_several_values_are_varied() -> None:
    begun = SweepForm.begin([("preset", "bce"), ("with-max_steps", "200"), ("with-beta", "0.5, 1, 4")])
    assert [(row.field, row.low, row.values) for row in begun.rows] == [("beta", "", "0.5, 1, 4")]
    assert (begun.changes, begun.trials) == ({"max_steps": "200"}, "20")
    specification = begun.request(None).specification()
    assert (specification.config["max_steps"], specification.space["beta"]) == (200, [0.5, 1, 4])
    fixed = SweepForm.begin([("with-learning_rate", "0.02"), ("trials", "7")])
    assert ([row.field for row in fixed.rows], fixed.trials) == (["latent_dim"], "7")
    assert SweepForm.begin([("field-1", "beta"), ("low-1", "1"), ("with-beta", "1, 2")]).rows[0].low == "1"


@pytest.mark.parametrize("chosen", OBJECTIVES)
def test_every_objective_can_be_minimised_by_some_sweep(chosen: str) -> None:
    check_objectives(chosen.split(","), [TrainConfig(likelihood="gaussian")])


@pytest.mark.parametrize(
    ("sent", "where", "words"),
    [
        ({}, "field-1", "Choose at least one field to vary."),
        ({"low_2": "3"}, "field-2", "Choose the field that this row varies."),
        ({"field_1": "seed", "values_1": "1"}, "field-1", "Choose one of the fields of the list, not 'seed'."),
        ({"field_1": "beta", "low_1": "3"}, "field-1", "β needs from and to, or values."),
        ({"field_1": "beta", "low_1": "3", "values_1": "4"}, "field-1", "β has from and to, or values, not both."),
        ({"field_3": "beta", "low_3": "x", "high_3": "2"}, "field-3", "β: from must be a number, not 'x'."),
        ({"field_3": "beta", "low_3": "1", "high_3": "inf"}, "field-3", "β: to must be finite, not 'inf'."),
        ({"field_1": "beta", "low_1": "4", "high_1": "2"}, "field-1", "β must have low below high, 2, not 4."),
        ({"field_2": "latent_dim", "values_2": "0, 2"}, "field-2", "Latent dimensions must be at least 1, not '0'."),
        ({"field_1": "nu", "values_1": "3"}, "field-1", "needs Loss: Student-t."),
        ({"field_1": "likelihood", "values_1": "gauss"}, "field-1", "Gaussian (MSE), Laplace (L1), Student-t"),
        ({"field_1": "likelihood", "values_1": "gauss"}, "field-1", "not 'gauss'."),
        ({"field_1": "likelihood", "values_1": "bernoulli, gaussian"}, "minimise", "These would do: MSE, BCE."),
        ({"field_1": "beta", "values_1": "1", "trials": "2000"}, "trials", "Trials must be at most 1000, not '2000'."),
        ({"field_1": "beta", "values_1": "1", "trials": ""}, "trials", "Trials or minutes must say when"),
        ({"field_1": "beta", "values_1": "1", "seed": "−1"}, "seed", "The seed of the proposals must be at least 0"),
        ({"field_1": "beta", "values_1": "1", "minutes": "soon"}, "minutes", "Minutes must be a number"),
        (
            {"field_1": "beta", "values_1": "1", "minimise": "kl,mse_per_pixel", "prune": "median"},
            "prune",
            "Pausing early must be none with two quantities to minimise, not median.",
        ),
    ],
)
def test_refusals_are_in_words_beside_their_input(sent: dict[str, str], where: str, words: str) -> None:
    refused = wrong(form(**sent))
    assert list(refused) == [where]
    assert words in refused[where]


def test_a_field_is_varied_once_and_all_that_is_wrong_is_told() -> None:
    refused = wrong(form(field_1="beta", values_1="1", field_2="beta", values_2="2", field_3="sigma", trials="x"))
    assert refused["field-2"] == f"{VARIABLE['beta']} is varied in a row above already."
    assert set(refused) == {"field-2", "field-3", "trials"}
