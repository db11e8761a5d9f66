"""A run that ended because its loss was no finite number. Pure."""

from app.diagnosis.history import Evidence, Finding, RunHistory

SHOWN = 60  # of the last finite losses


def divergence(history: RunHistory) -> list[Finding] | None:
    """One finding of a run that diverged; None of another before its first evaluation."""
    diverged = history.status == "diverged"
    if not history.evaluated and not diverged:
        return None
    losses = tuple(loss for terms in history.training if (loss := history.objective(terms)) is not None)
    if not diverged or not losses:
        return []
    evidence = Evidence("The last finite losses in training, nats/image", losses[-SHOWN:], losses[0], "the first one")
    message = "The loss stopped being a finite number, so the steps were too long: lower the learning rate."
    return [history.finding("divergence", "The loss diverged", message, evidence, history.slower)]
