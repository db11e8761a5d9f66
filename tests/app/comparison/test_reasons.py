"""Why runs came out as they did: each reason with its number, what explains most first, and the run that settles it."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.comparison.actions import seed_actions
from app.comparison.reasons import Reason, find_reasons
from app.diagnosis.divergence import divergence
from app.diagnosis.history import Finding, RunHistory, TrainingTerms
from app.diagnosis.overfitting import overfitting
from app.records import Run
from tests.app.builders import make_evaluation, make_run
from vae_core.presets import PRESETS
from vae_core.theory.linear import linear_optimum
from vae_core.theory.pixel_statistics import Statistics, statistics

GAUSSIAN: dict[str, Any] = {"likelihood": "gaussian"}


@pytest.fixture(scope="module")
def grey(tmp_path_factory: pytest.TempPathFactory) -> Statistics:
    return statistics("digits", "none", cache=tmp_path_factory.mktemp("statistics"))


def run(id: int, mse: float = 0.03, kl: float | None = 5.0, std: float = 0.2, active: int = 5, **more: Any) -> Run:
    held_out = make_evaluation(mse_per_pixel=mse, kl=kl, decoder_std=std, active_units=active)
    return make_run(id, **{"evaluation": held_out, **more})


def reasons(
    runs: list[Run], known: Statistics | None = None, findings: dict[int, list[Finding]] | None = None
) -> list[Reason]:
    return list(find_reasons(runs, {one.id: known for one in runs} if known else {}, findings or {}))


def preset_runs() -> list[Run]:
    """BCE, MSE at σ = √½ and MSE with σ fitted, as they come out on digits."""
    ends = [(0.0349, 3.42, 0.3), (0.0667, 0.388, 0.5**0.5), (0.00563, 38.4, 0.053)]
    configs = PRESETS["bce-vs-mse"].configs()
    return [
        run(id, *end, preset="bce-vs-mse", **config.to_dict()).model_copy(update={"group": "g"})
        for id, (config, end) in enumerate(zip(configs, ends, strict=True), 1)
    ]


def test_the_grey_pictures_of_the_plain_sum_of_squares_are_its_scale(grey: Statistics) -> None:
    scale, price = reasons(preset_runs(), grey)
    assert (scale.run, scale.actions) == (2, ())  # the third run is the remedy
    assert scale.text == (
        "MSE σ=0.707 is told to expect errors of 0.707 a pixel and makes 0.258, so its KL, 0.388 nats an "
        "image, is too small: by linear theory the KL ends at 25.5 nats and the squared error at 0.0112 a "
        "pixel with σ fitted; as it is, at 0.327 nats and 0.0673. MSE σ fitted has that change."
    )
    plain, fitted = (linear_optimum(config, grey.train) for config in PRESETS["bce-vs-mse"].configs()[1:])
    assert scale.nats == pytest.approx(fitted.kl - plain.kl)
    assert (price.run, price.nats) == (1, None)
    assert price.text == (
        "Their losses weigh an error against the KL differently. In nats of KL, MSE σ fitted pays 38.4; BCE pays 3.42."
    )


def test_without_the_third_run_one_click_starts_it(grey: Statistics) -> None:
    (scale, *_) = reasons(preset_runs()[:2], grey)
    (action,) = scale.actions
    assert (action.label, action.changes) == ("Train MSE with σ fitted", {"scale": "optimal"})
    assert action.address == "/runs/new?from=2&scale=optimal"


def test_without_the_pixels_there_is_no_theory_and_still_a_number() -> None:
    (scale, *_) = reasons(preset_runs()[:2])
    assert "theory" not in scale.text
    assert scale.nats == pytest.approx(36.8, abs=0.3)  # nats that the same pictures are described worse by
    assert "would describe the same pictures 36." in scale.text


def test_a_weight_on_the_kl_is_another_scale(grey: Statistics) -> None:
    """Of squared errors with one declared σ: each run says what its own loss expects, as its page does."""
    runs = [run(1, std=0.7071, **GAUSSIAN), run(2, std=0.7071, **GAUSSIAN, beta=0.5)]
    texts = [reason.text for reason in reasons(runs, grey)]
    assert sum("is told to expect errors of 0.707 a pixel" in text for text in texts) == 2
    assert sum("(0.500 by the weights in its loss)" in text for text in texts) == 1


def test_a_scale_that_all_share_explains_no_difference(grey: Statistics) -> None:
    wide = [run(1, std=0.7071, **GAUSSIAN), run(2, std=0.7071, **GAUSSIAN, latent_dim=8)]
    assert not any("told to expect" in reason.text for reason in reasons(wide, grey))


def test_a_collapse_is_named_beside_its_cause(grey: Statistics) -> None:
    wide = run(2, mse=0.0731, std=3.0, kl=0.001, active=0, sigma=3.0, **GAUSSIAN)
    (scale, *_) = reasons([run(1), wide], grey)
    assert "is told to expect errors of 3.00 a pixel and makes 0.270" in scale.text
    assert "No latent unit of MSE lives: it draws one image." in scale.text
    (weight, *_) = reasons([run(1), run(2, kl=0.001, active=0, beta=50)], grey)
    assert "weighs the KL as β = 50" in weight.text
    assert "No latent unit of β=50 lives: it draws one image." in weight.text
    assert all("draws one image" not in one.text for one in reasons([run(1), run(2, beta=50)], grey))


def test_a_family_without_a_closed_form_learns_its_scale() -> None:
    (scale, *_) = reasons([run(1), run(2, std=0.91, likelihood="student_t")])
    (action,) = scale.actions
    assert action.changes == {"scale": "shared"}
    assert action.label == "Train Student-t with s learned"


@pytest.mark.parametrize(
    ("changes", "text", "end"),
    [
        (
            {"beta": 4},
            "β=4 weighs the KL as β = 4: by linear theory 0 of 20 units live, with β = 1 7.",
            "β=1 has that change.",
        ),
        (
            {"kl_reduction": "mean"},
            "KL as mean weighs the KL as β = 0.05 through the means in its loss: by linear theory 20 of 20 units live",
            " with sums.",
        ),
    ],
)
def test_a_weight_of_the_kl_is_told_with_what_it_does(
    changes: dict[str, Any], text: str, end: str, grey: Statistics
) -> None:
    (weight,) = [reason for reason in reasons([run(1), run(2, **changes)], grey) if "weighs" in reason.text]
    assert weight.text.startswith(text)
    assert weight.text.endswith(end)
    assert (weight.run, weight.nats, weight.actions) == (2, None, ())  # the first run is the remedy


def test_the_weight_of_a_gaussian_is_told_in_nats(grey: Statistics) -> None:
    runs = [
        run(1, std=0.2, sigma=0.2, **GAUSSIAN),
        run(2, std=0.2, sigma=0.2, beta=4, seed=3, hidden=(64,), **GAUSSIAN),
    ]
    (weight, *_) = reasons(runs, grey)
    one, four = (linear_optimum(each.train_config, grey.train) for each in runs)
    assert weight.nats == pytest.approx(one.kl - four.kl)
    assert f"the KL ends at {four.kl:.2f} nats, with β = 1 at {one.kl:.1f}" in weight.text
    assert weight.actions[0].changes == {"beta": 1.0}


def test_steps_are_those_made_and_a_run_that_can_is_extended() -> None:
    runs = [run(1, max_steps=3000), run(2, max_steps=600), run(3, max_steps=600, status="failed", latent_dim=8)]
    found = {reason.run: reason for reason in reasons(runs) if "steps" in reason.text}
    assert found.keys() == {2, 3}
    assert found[2].text == "run-2 has made 600 steps, run-1 3,000."
    assert found[2].actions[0].address == "/runs/2#more"
    assert found[2].actions[0].label.endswith("to 3,000 steps too")
    query = parse_qs(urlsplit(found[3].actions[0].address).query, keep_blank_values=True)
    assert (query["from"], query["max_steps"]) == (["3"], ["3000"])


def test_a_run_on_its_way_needs_no_extension() -> None:
    going = run(2, status="running", max_steps=3000, beta=4).model_copy(update={"step": 900})
    *_, behind = reasons([run(1, max_steps=3000), going])
    assert behind.text == "β=4's result is of step 40 and β=1's result is of step 40."
    assert behind.actions == ()
    paused = going.model_copy(update={"status": "paused"})
    *_, behind = reasons([run(1, max_steps=3000), paused])
    assert [(action.label, action.address) for action in behind.actions] == [("Resume β=4", "/runs/2")]


def test_a_diverged_run_has_its_mend_and_no_part_in_the_rest() -> None:
    gone = run(3, mse=0.0001, status="diverged", max_steps=12, learning_rate=0.5, **GAUSSIAN)
    terms = [TrainingTerms(step, loss, 1.0) for step, loss in enumerate((50.0, 40.0, 9e9), 1)]
    history = RunHistory(3, gone.train_config, "diverged", [], terms, None, None)
    only, *others = reasons([run(1), run(2, latent_dim=3), gone], findings={3: divergence(history) or []})
    assert only.text.startswith("run-3 diverged at step 12: ")
    assert [action.changes for action in only.actions] == [{"grad_clip": 1.0}, {"learning_rate": 0.001}]  # as its page
    assert all(reason.run != 3 and "0.0001" not in reason.text for reason in others)


def test_sizes_are_told_in_parameters_and_nats(grey: Statistics) -> None:
    fitted = {**GAUSSIAN, "scale": "optimal"}
    (size, *_) = reasons([run(1, 0.01, **fitted), run(2, 0.05, latent_dim=2, hidden=(64,), **fitted)], grey)
    assert "has 8,772 parameters and 2 latent dimensions" in size.text
    assert "76,104 and 20" in size.text
    assert size.nats == pytest.approx(25.51 - 2.51, abs=0.01)
    assert re.search(r" is .+ with Hidden layers: 400; Latent dimensions: 20\.$", size.text)


def test_a_run_that_still_trains_is_met_where_it_will_end() -> None:
    going = run(1, status="running", max_steps=200_000).model_copy(update={"step": 32_481})
    (behind, *_) = reasons([going, run(2, max_steps=3000)])
    assert behind.actions[0].label.endswith("to 200,000 steps too")


def test_a_shorter_run_is_not_the_same_and_its_steps_come_before_its_size() -> None:
    steps, smaller = reasons([run(1, 0.01, max_steps=3000), run(2, 0.05, hidden=(64,), max_steps=600)])
    assert "has made 600 steps" in steps.text
    assert "12,264 parameters" in smaller.text
    assert not re.search(r"run-1 is .+ with", smaller.text)
    assert [action.changes for action in smaller.actions] == [{"hidden": (400,)}]


def test_more_capacity_is_no_reason_to_lose() -> None:
    (only,) = reasons([run(1, 0.01, hidden=(64,), max_steps=600), run(2, 0.05, hidden=(128,), max_steps=30)])
    assert "has made 30 steps" in only.text


def test_a_dead_model_and_an_autoencoder_are_told_so(grey: Statistics) -> None:
    dead = run(2, kl=0.001, active=0, hidden=(400, 400))
    assert any(reason.text.startswith("No latent unit of") for reason in reasons([run(1), dead], grey))
    plain = run(2, 0.001, None, model="ae")
    (told,) = [reason for reason in reasons([run(1, kl=3.5), plain], grey) if reason.run == 2]
    assert (told.text, told.nats) == (
        "AE is a plain autoencoder and pays nothing for its code; VAE pays 3.50 nats.",
        3.5,
    )


def test_what_is_left_is_named_and_offered() -> None:
    (told,) = reasons([run(1, 0.01), run(2, 0.02, learning_rate=0.01, seed=4)])
    assert told.text.endswith(
        "was trained with Learning rate: 0.01; Seed: 4; learning rate 0.001 with Learning rate: 0.001; Seed: 0."
    )
    assert told.actions[0].changes == {"learning_rate": 0.001, "seed": 0}
    objective, *_ = reasons([run(1, 0.01), run(2, 0.02, objective="iwae")])
    assert objective.text == "ELBO maximises ELBO and IWAE maximises IWAE."
    (image,) = [one for one in reasons([run(1, 0.01), run(2, 0.02, binarize="static")]) if "learns" in one.text]
    assert "binary pixels, drawn once" in image.text


def test_several_runs_with_one_loss_are_told_together() -> None:
    runs = [run(1, 0.01, kl=9.0), *(run(id, kl=id, latent_dim=id, sigma=0.1, **GAUSSIAN) for id in (2, 3))]
    (told,) = [reason for reason in reasons(runs) if "weigh" in reason.text]
    assert told.text.endswith("BCE Z=20 pays 9.00; MSE Z=2 and MSE Z=3 pay 2.00 and 3.00.")


def test_a_run_past_its_best_says_so_even_if_it_is_ahead() -> None:
    rows = [make_evaluation(step, reconstruction=loss, kl=1.0, elbo_se=0.5) for step, loss in ((10, 80.0), (20, 70.0))]
    rows += [make_evaluation(step, reconstruction=77.5, kl=1.0, elbo_se=0.5) for step in (30, 40)]
    terms = [TrainingTerms(step, 90.0 - step, 1.0) for step in range(1, 41)]
    past = run(1, 0.01, max_steps=40, batch_size=1438)
    (finding,) = overfitting(RunHistory(1, past.train_config, "finished", rows, terms, None, None)) or []
    only, *_ = reasons([past, run(2, latent_dim=3, max_steps=40, batch_size=1438)], findings={1: [finding]})
    assert only.text.startswith("Z=20 overfits. On held-out images the loss has risen by 7.5 nats since step 20")
    assert (only.nats, [action.changes for action in only.actions]) == (7.5, [{"max_steps": 20}])


def test_seeds_alone_and_other_images_are_no_reason(grey: Statistics) -> None:
    assert reasons([run(1), run(2, seed=1)], grey) == []
    assert reasons([run(1), run(2, dataset="mnist", beta=4)], grey) == []


def test_what_explains_most_comes_first(grey: Statistics) -> None:
    found = reasons([*preset_runs(), run(4, 0.05, 2.0, 0.1, likelihood="gaussian", sigma=0.1, latent_dim=2)], grey)
    known = [reason.nats for reason in found if reason.nats is not None]
    assert known == sorted(known, reverse=True)
    assert [reason.nats is None for reason in found] == sorted(reason.nats is None for reason in found)


def test_more_seeds_of_what_was_launched_together_go_into_its_group() -> None:
    (action,) = seed_actions(preset_runs())
    assert (action.label, action.changes, action.address) == ("More seeds of each", {"seed": 1}, "/groups/g")
    apart = [preset_runs()[0], preset_runs()[1].model_copy(update={"group": "other"})]
    assert [parse_qs(urlsplit(one.address).query)["from"] for one in seed_actions(apart)] == [["1"], ["2"]]


def test_other_runs_have_a_button_each_and_seeds_none() -> None:
    labels = [action.label for action in seed_actions([run(1), run(2, beta=4)])]
    assert labels == ["2 more seeds of β=1", "2 more seeds of β=4"]
    assert seed_actions([run(1), run(2, seed=1)]) == ()
    assert seed_actions([run(1), run(2, status="diverged", beta=4)]) == ()
    assert seed_actions([run(id, latent_dim=id) for id in range(1, 7)]) == ()
