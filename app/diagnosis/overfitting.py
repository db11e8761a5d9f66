"""Whether the model gets better on training images alone. Pure."""

from app.diagnosis.history import Evidence, Finding, RunHistory
from app.text.numbers import format_number

CLEAR = 2.0  # standard errors of a held-out mean: a rise that chance rarely makes
SHARE = 0.05  # of what training has gained, where there is no standard error: a plain autoencoder's
SUCCESSIVE = 2  # evaluations that must both lie above the best (the UP criterion of Prechelt 1998)


def overfitting(history: RunHistory) -> list[Finding] | None:
    """At most one finding; None while there are too few evaluations."""
    rows = [(row.step, loss) for row in history.evaluated if (loss := history.objective(row)) is not None]
    if len(rows) < 1 + SUCCESSIVE:
        return None
    steps, losses = zip(*rows, strict=True)
    best = losses.index(min(losses))
    step, limit = steps[best], losses[best] + _margin(history, losses[best])
    rose, fell = losses[-1] - losses[best], _fall(history, step, steps[-1])
    if min(losses[-SUCCESSIVE:]) <= limit or fell is None or fell <= 0:
        return []
    message = (
        f"On held-out images the loss has risen by {format_number(rose)} nats since step {step:,}, "
        f"while on training images it fell by {format_number(fell)}: "
        "what is learned now lowers the loss of training images only. Stop there; the checkpoint of the best "
        "evaluation is kept."
    )
    evidence = Evidence(
        "Loss on held-out images at each evaluation, nats/image",
        losses,
        limit,
        "the best, and two standard errors",
    )
    return [history.finding("overfitting", "Overfitting", message, evidence, {"max_steps": step})]


def _margin(history: RunHistory, best: float) -> float:
    """How far above the best a held-out loss is clearly worse."""
    if (error := history.evaluated[-1].elbo_se) is not None:
        return CLEAR * error
    first = history.objective(history.evaluations[0])
    return 0.0 if first is None else SHARE * max(0.0, first - best)


def _fall(history: RunHistory, before: int, now: int) -> float | None:
    """By how much the training loss fell, each the mean of an epoch's steps; None where they are not stored."""
    then, last = (_epoch_mean(history, step) for step in (before, now))
    return then - last if then is not None and last is not None else None


def _epoch_mean(history: RunHistory, step: int) -> float | None:
    """Over the buckets that end in the epoch before a step, at least one."""
    inside = [terms for terms in history.training if step - history.config.steps_per_epoch < terms.step <= step]
    inside = inside or [terms for terms in history.training if terms.step >= step][:1]
    losses = [loss for terms in inside if (loss := history.objective(terms)) is not None]
    return sum(losses) / len(losses) if losses else None
