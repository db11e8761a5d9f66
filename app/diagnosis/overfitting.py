"""Whether the model gets better on training images alone. Pure."""

from collections.abc import Sequence

from app.diagnosis.course import Course, Evidence, Finding
from app.text.numbers import format_number

CLEAR = 2.0  # standard errors of a held-out mean: a rise that chance rarely makes
SHARE = 0.05  # of what training has gained, where there is no standard error: a plain autoencoder's
SUCCESSIVE = 2  # evaluations that must both lie above the best (the UP criterion of Prechelt 1998)


def overfitting(course: Course) -> list[Finding] | None:
    """At most one finding; None while there are too few evaluations."""
    seen = course.seen
    if len(seen) < 1 + SUCCESSIVE:
        return None
    held = [course.objective(row) for row in seen]
    best = held.index(min(held))
    limit = held[best] + _margin(course, held[best])
    fell = _fall(course, seen[best]["step"], seen[-1]["step"])
    if min(held[-SUCCESSIVE:]) <= limit or fell is None or fell <= 0:
        return []
    step = seen[best]["step"]
    message = (
        f"On held-out images the loss has risen by {format_number(held[-1] - held[best])} nats since step {step:,}, "
        f"while on training images it fell by {format_number(fell)}: what is learned now holds for those alone. "
        "Stop there; the checkpoint of the best evaluation is kept."
    )
    evidence = Evidence(
        "Loss on held-out images at each evaluation, nats/image",
        tuple(held),
        limit,
        "the best, and two standard errors",
    )
    return [Finding("overfitting", "Overfitting", message, evidence, course.changed({"max_steps": step}))]


def _margin(course: Course, best: float) -> float:
    """How far above the best a held-out loss is clearly worse."""
    if (error := course.seen[-1].get("elbo_se")) is not None:
        return CLEAR * float(error)
    first = course.evaluations[0]
    return SHARE * max(0.0, course.objective(first) - best) if course.is_finite(first) else 0.0


def _fall(course: Course, before: int, now: int) -> float | None:
    """By how much the training loss fell, each the mean of an epoch's steps; None where they are not stored."""
    then, last = (_epoch_mean(course, step) for step in (before, now))
    return then - last if then is not None and last is not None else None


def _epoch_mean(course: Course, step: int) -> float | None:
    """Over the buckets that end in the epoch before a step, at least one."""
    ends: Sequence[int] = course.training["step"]
    inside = [i for i, end in enumerate(ends) if step - course.config.steps_per_epoch < end <= step]
    inside = inside or [i for i, end in enumerate(ends) if end >= step][:1]
    terms = [{name: course.training[name][i] for name in ("reconstruction", "kl")} for i in inside]
    losses = [course.objective(one) for one in terms if course.is_finite(one)]
    return sum(losses) / len(losses) if losses else None
