"""Which fields decide how good a trial is, by PED-ANOVA (Watanabe et al. 2023, arXiv:2304.10255).

Who imports this module waits half a second for Optuna.
"""

import warnings
from collections.abc import Sequence
from functools import partial

import optuna
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import FrozenTrial

from app.records import SweepSpecification, Trial
from app.sweeps.proposals import frozen_trial

FEWEST = 10  # trials that must have ended before anything is said
TOP, FEWEST_TOP = 0.1, 5  # the share of trials that count as good, and how many at least


def importances(specification: SweepSpecification, trials: Sequence[Trial]) -> list[dict[str, float]]:
    """For each quantity that is minimised the share of each varied field; together they are 1.

    Of trials that ended by themselves; empty where those are fewer than ten.
    """
    ended = [trial for trial in trials if trial.state == "complete"]
    if len(ended) < FEWEST:
        return []
    study = optuna.create_study(directions=["minimize"] * len(specification.minimise))
    study.add_trials([frozen_trial(specification, trial) for trial in ended])
    top = max(TOP, FEWEST_TOP / len(ended))
    with warnings.catch_warnings():  # it warns of targets and of fields with few trials: the page has its own caution
        warnings.simplefilter("ignore")
        return [
            get_param_importances(
                study, evaluator=PedAnovaImportanceEvaluator(target_quantile=top), target=partial(_value, place)
            )
            for place in range(len(specification.minimise))
        ]


def _value(place: int, trial: FrozenTrial) -> float:
    value: float = trial.values[place]
    return value
