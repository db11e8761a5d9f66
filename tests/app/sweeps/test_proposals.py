"""What is tried next follows from the seed, the number and the trials, and is always a configuration that trains."""

from math import log
from typing import Any

import pytest

from app.records import Interval, SweepSpecification, Trial
from app.sweeps.proposals import propose
from vae_core.config.train_config import RefusedConfig, TrainConfig

HIDDEN = [[200], [100, 50]]
SPACE = {
    "beta": Interval(low=0.1, high=10, log=True),
    "latent_dim": Interval(low=2, high=16),
    "hidden": HIDDEN,
}


def specification(space: dict[str, Any], **changes: Any) -> SweepSpecification:
    given: dict[str, Any] = {"sampler": "tpe", "minimise": ["negative_elbo"], "seed": 0, "prune": "none", "config": {}}
    given |= changes
    config = TrainConfig.parse(given.pop("config"), stored=True).to_dict()
    return SweepSpecification(config=config, space=space, **given)


def trial(number: int, params: dict[str, Any], value: float | None, state: Any = "complete") -> Trial:
    values = None if value is None else [value]
    return Trial(number=number, run=number, params=params, pending=[], state=state, values=values, step=100)


def cost(params: dict[str, Any]) -> float:
    """Least at β = 2 and eight dimensions."""
    return log(params["beta"] / 2) ** 2 + abs(params["latent_dim"] - 8) / 8


def played(sweep: SweepSpecification, count: int) -> list[Trial]:
    """As many trials one after the other; each fifth is pruned, each seventh fails."""
    trials: list[Trial] = []
    for number in range(1, count + 1):
        params = propose(sweep, number, trials)
        state = "failed" if number % 7 == 0 else "pruned" if number % 5 == 0 else "complete"
        trials.append(trial(number, params, None if state == "failed" else cost(params), state))
    return trials


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_a_sweep_repeats_and_another_seed_is_another_sweep(sampler: str) -> None:
    sweep = specification(SPACE, sampler=sampler)
    assert played(sweep, 15) == played(sweep, 15) != played(specification(SPACE, sampler=sampler, seed=1), 15)


def test_what_is_proposed_is_in_the_space() -> None:
    for made in played(specification(SPACE), 15):
        assert 0.1 <= made.params["beta"] <= 10
        assert made.params["latent_dim"] in range(2, 17)
        assert isinstance(made.params["latent_dim"], int)
        assert made.params["hidden"] in HIDDEN


def test_random_proposals_do_not_depend_on_the_trials_and_those_of_tpe_do() -> None:
    for sampler in ("random", "tpe"):
        sweep = specification(SPACE, sampler=sampler)
        trials = played(sweep, 20)
        assert (propose(sweep, 21, trials) == propose(sweep, 21, [])) is (sampler == "random")


def test_later_trials_have_no_part_in_a_proposal_and_those_that_run_do() -> None:
    sweep = specification(SPACE)
    trials = played(sweep, 20)
    assert propose(sweep, 15, trials) == propose(sweep, 15, trials[:14]) == trials[14].params
    running = [*trials[:19], trial(20, trials[19].params, None, "running")]
    assert propose(sweep, 21, running) == propose(sweep, 21, running)


def test_tpe_finds_better_values_than_chance() -> None:
    late = {
        sampler: sum(made.values[0] for made in played(specification(SPACE, sampler=sampler), 40)[20:] if made.values)
        for sampler in ("random", "tpe")
    }
    assert late["tpe"] < 0.7 * late["random"]


def test_a_field_that_does_not_count_is_left_out() -> None:
    space = {"nu": Interval(low=3, high=9), "likelihood": ["gaussian", "student_t"]}
    sweep = specification(space, minimise=["mse_per_pixel"], config={"dequantize": True})
    trials = [trial(number, propose(sweep, number, []), float(number)) for number in range(1, 25)]
    for made in trials:
        assert ("nu" in made.params) is (made.params["likelihood"] == "student_t")
    assert {made.params["likelihood"] for made in trials} == {"gaussian", "student_t"}
    assert propose(sweep, 25, trials) == propose(sweep, 25, trials)


def test_what_the_rules_refuse_is_drawn_again() -> None:
    space = {"likelihood": ["bernoulli", "gaussian"], "binarize": ["none", "static"]}
    drawn = [propose(specification(space, minimise=["mse_per_pixel"]), number, []) for number in range(1, 30)]
    pairs = {(params["likelihood"], params["binarize"]) for params in drawn}
    assert pairs == {("bernoulli", "none"), ("bernoulli", "static"), ("gaussian", "none")}


def test_a_space_of_which_the_rules_refuse_everything_is_refused() -> None:
    with pytest.raises(RefusedConfig, match="batch_size must be at least 2 with objective=mmd"):
        propose(specification({"batch_size": [1]}, config={"objective": "mmd"}), 1, [])


def test_two_objectives() -> None:
    sweep = specification(SPACE, minimise=["kl", "mse_per_pixel"])
    trials: list[Trial] = []
    for number in range(1, 16):
        params = propose(sweep, number, trials)
        values = [1 / params["beta"], params["beta"]]
        trials.append(trial(number, params, 0.0).model_copy(update={"values": values}))
    assert propose(sweep, 16, [*trials, trial(16, {}, None, "failed")]) != propose(sweep, 16, [])
