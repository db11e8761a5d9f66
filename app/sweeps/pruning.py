"""Whether a trial is worth its remaining steps, from the evaluations of all trials so far. Less is better. Pure."""

from collections.abc import Sequence
from math import inf
from statistics import median

from app.records import Pruning, TrialCourse

WARM_UP = 5  # other trials that must have come as far before the median says anything
SHARES = (0.125, 0.25, 0.5)  # of its steps, after which halving keeps the better half of the trials


def is_hopeless(rule: Pruning, course: TrialCourse, others: Sequence[TrialCourse]) -> bool:
    """Whether the rule ends a trial at its newest evaluation; never one that has done all its steps."""
    if not course.step or course.step[-1] >= course.total_steps:
        return False
    if rule == "median":
        return _is_below_the_median(course, others)
    return rule == "halving" and _is_in_the_worse_half(course, others)


def _is_below_the_median(course: TrialCourse, others: Sequence[TrialCourse]) -> bool:
    """Whether it is worse than the median of those that were evaluated as far, each as it was at that step."""
    step = course.step[-1]
    values = [_value_at(other, step) for other in others if other.step and other.step[-1] >= step]
    return len(values) >= WARM_UP and _number(course.value[-1]) > median(values)


def _value_at(course: TrialCourse, step: int) -> float:
    """At its newest evaluation up to a step; infinity before the first."""
    reached = [value for at, value in zip(course.step, course.value, strict=True) if at <= step]
    return _number(reached[-1]) if reached else inf


def _is_in_the_worse_half(course: TrialCourse, others: Sequence[TrialCourse]) -> bool:
    """Whether half of the trials that have come to its newest share of the steps were better there."""
    share = max((share for share in SHARES if course.step[-1] >= share * course.total_steps), default=None)
    if share is None:
        return False
    mine = _at_share(share, course)
    values = [value for other in others if (value := _at_share(share, other)) is not None]
    return mine is not None and bool(values) and sum(value < mine for value in values) >= (len(values) + 1) / 2


def _at_share(share: float, course: TrialCourse) -> float | None:
    """At its first evaluation after a share of its steps; None before that."""
    for step, value in zip(course.step, course.value, strict=True):
        if step >= share * course.total_steps:
            return _number(value)
    return None


def _number(value: float | None) -> float:
    """What was not finite is worse than all numbers."""
    return inf if value is None else value
