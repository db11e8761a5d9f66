"""A run that ended because its loss was no finite number: what blew up first, and what would keep it small. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from app.diagnosis.history import Changes, Evidence, Finding, RunHistory
from app.text.numbers import number
from vae_core.theory.preflight import slower

SHOWN = 60  # of the last finite losses
GROWTH = 3  # times what a number ever was before: then it has blown up
ENOUGH = 10  # norms to know the usual one by
UNKNOWN = 1.0  # the norm to clip at where it is not known
LARGEST = 1e6  # norm that the configuration takes

Series = list[tuple[int, float | None]]  # steps, and a number that may not have been finite there


@dataclass(frozen=True)
class Blast:
    """When a number left the range that it had while the loss still fell."""

    name: str
    step: int
    before: float  # its greatest size until the loss was least
    after: float | None  # None where it was no finite number at once

    def __str__(self) -> str:
        after = "no finite number" if self.after is None else number(self.after)
        return f"from {number(self.before)} to {after}"


def divergence(history: RunHistory) -> list[Finding] | None:
    """One finding of a run that diverged; None of another before its first evaluation."""
    diverged = history.status == "diverged"
    if not history.evaluated and not diverged:
        return None
    losses = [(row.step, loss) for row in history.training if (loss := history.objective(row)) is not None]
    if not diverged or not losses:
        return []
    best = min(losses, key=lambda one: one[1])[0]
    values = tuple(loss for _, loss in losses[-SHOWN:])
    evidence = Evidence("The last finite losses in training, nats/image", values, losses[0][1], "the first one")
    clipped = _clipped(history, best)
    message = (
        f"{_course(history, best)} The steps were too long for this loss: a lower learning rate makes all of them "
        "shorter, clipping only those with a large gradient."
    )
    remedies = [slower(history.config), clipped]
    if history.training[-1].step < ENOUGH:  # its very first gradients were too large: shorter steps are too long still
        remedies.reverse()
    return [history.finding("divergence", "The loss diverged", message, evidence, *remedies)]


def _course(history: RunHistory, best: int) -> str:
    """What blew up first, of what is recorded."""
    blasts = [blast for name, series in _recorded(history) if (blast := _blast(name, series, best))]
    if not blasts:
        return f"It stopped being a finite number at step {history.training[-1].step:,}."
    step = min(blast.step for blast in blasts)
    first = [blast for blast in blasts if blast.step == step]
    if len(first) == 1:
        order = " first" if len(blasts) > 1 else ""
        known = f"The {first[0].name} blew up{order}, {first[0]} at step {step:,}."
    else:
        known = f"At step {step:,} these blew up together: {'; '.join(f'the {one.name}, {one}' for one in first)}."
    return f"{known} The loss was least at step {best:,}."


def _recorded(history: RunHistory) -> Iterator[tuple[str, Series]]:
    yield "reconstruction term", [(row.step, row.reconstruction) for row in history.training]
    if history.config.model == "vae":
        yield "KL", [(row.step, row.kl) for row in history.training]
    if history.vitals:
        yield "gradient's norm", list(zip(history.vitals.step, history.vitals.grad_norm, strict=True))


def _blast(name: str, series: Series, best: int) -> Blast | None:
    """None where the number stayed in its range, or where it is not known what that was."""
    before = [abs(value) for step, value in series if step <= best and value is not None]
    if not before:
        return None
    most = max(before)
    left = ((step, value) for step, value in series if step > best and (value is None or abs(value) > GROWTH * most))
    first = next(left, None)
    return Blast(name, first[0], most, first[1]) if first else None


def _clipped(history: RunHistory, best: int) -> Changes:
    """The usual norm as the largest: from half to ten times the average trains alike (Pascanu et al. 2013)."""
    vitals = history.vitals
    rows = zip(vitals.step, vitals.grad_norm, strict=True) if vitals else ()
    norms = [norm for step, norm in rows if step <= best and norm]
    usual = median(norms) if len(norms) >= ENOUGH else UNKNOWN
    limit = min(LARGEST, float(f"{usual:.2g}"))
    kept = history.config.grad_clip
    return {"grad_clip": limit if kept is None else min(limit, kept / 10)}
