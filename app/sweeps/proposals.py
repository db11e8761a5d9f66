"""What a sweep tries next: a function of its seed, of the trial's number and of the trials known then.

Optuna's study is made anew from our trials each time, so that there is no second store of them. Who imports this module
waits half a second for Optuna.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from app.records import Interval, SweepSpecification, Trial
from app.sweeps.space import kind, ordered
from vae_core.config.train_config import RefusedConfig, TrainConfig, at_work

optuna.logging.set_verbosity(optuna.logging.ERROR)  # it would tell of every study

MOST_DRAWS = 200  # of one proposal; the second half of them at random, where those before were all refused
STATES = {
    "running": TrialState.RUNNING,
    "complete": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}


def propose(specification: SweepSpecification, number: int, trials: Sequence[Trial]) -> dict[str, Any]:
    """The varied fields of trial `number`, from the trials before it; a field that does not count is left out.

    What the rules of a configuration refuse is drawn again. Raises `RefusedConfig` where they refuse every draw.
    """
    seed = int(np.random.SeedSequence([specification.seed, number]).generate_state(1)[0])
    study = optuna.create_study(
        sampler=TPESampler(seed=seed) if specification.sampler == "tpe" else RandomSampler(seed),
        directions=["minimize"] * len(specification.minimise),
    )
    study.add_trials([frozen_trial(specification, trial) for trial in trials if trial.number < number])
    for draw in range(MOST_DRAWS):
        if draw == MOST_DRAWS // 2:
            study.sampler = RandomSampler(seed)
        params = _draw(study, specification)
        try:
            TrainConfig.parse({**specification.config, **params})
        except RefusedConfig as refusal:
            refused = refusal
        else:
            return params
    raise refused


def _draw(study: optuna.Study, specification: SweepSpecification) -> dict[str, Any]:
    """One value for each field that counts beside those before it; the study forgets them."""
    drawn, space = study.ask(), specification.space
    params: dict[str, Any] = {}
    for name in ordered(space):
        if at_work({**specification.config, **params}, name):
            params[name] = _suggest(drawn, name, space[name])
    study.tell(drawn, state=TrialState.FAIL)
    return params


def _suggest(drawn: optuna.Trial, name: str, dimension: Interval | list[Any]) -> Any:
    if isinstance(dimension, list):
        return dimension[drawn.suggest_categorical(name, range(len(dimension)))]
    if kind(name) == "integer":
        return drawn.suggest_int(name, int(dimension.low), int(dimension.high), log=dimension.log)
    return drawn.suggest_float(name, dimension.low, dimension.high, log=dimension.log)


def frozen_trial(specification: SweepSpecification, trial: Trial) -> FrozenTrial:
    """One of our trials as Optuna keeps them."""
    space = {name: specification.space[name] for name in trial.params}
    paused = {trial.step: trial.values[0]} if trial.state == "pruned" and trial.values and trial.step else None
    return create_trial(
        state=STATES[trial.state],
        values=trial.values if trial.state == "complete" else None,
        params={name: _place(space[name], value) for name, value in trial.params.items()},
        distributions={name: _distribution(name, dimension) for name, dimension in space.items()},
        intermediate_values=paused,
    )


def _place(dimension: Interval | list[Any], value: Any) -> Any:
    """Of a list the place of the value in it: a value may be a list of widths, which Optuna does not take."""
    return dimension.index(value) if isinstance(dimension, list) else value


def _distribution(name: str, dimension: Interval | list[Any]) -> BaseDistribution:
    if isinstance(dimension, list):
        return CategoricalDistribution(range(len(dimension)))
    if kind(name) == "integer":
        return IntDistribution(int(dimension.low), int(dimension.high), log=dimension.log)
    return FloatDistribution(dimension.low, dimension.high, log=dimension.log)
