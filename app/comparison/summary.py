"""What a comparison comes to: sentences made from its numbers. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from app.comparison.metrics import Yardstick
from app.comparison.pairing import Gap, Scores
from app.records import Run
from app.run_rules import unexamined
from app.text.numbers import called, interval, number, percent
from app.text.quantities import QUANTITIES, READING_NAMES
from vae_core.config.families import FAMILIES
from vae_core.report import Reading, Report

LETTERS = "ABCDEFGH"  # of the runs, in their order
BOUNDS = ("negative_elbo", "bits_per_dim")
ERRORS = {"mse_per_pixel": "squared error", "bce_per_pixel": "cross-entropy"}


def labels(runs: Sequence[Run]) -> list[str]:
    """A, B, C, or A (BCE), B (MSE) where the losses alone tell the runs apart."""
    losses = [FAMILIES[run.config["likelihood"]].short for run in runs]
    apart = len(set(losses)) == len(losses)
    return [letter + f" ({loss})" * apart for letter, loss in zip(LETTERS, losses, strict=False)]


def headline(yardsticks: Sequence[Yardstick], letters: Sequence[str]) -> str | None:
    """Who is ahead and by how much, by the bound if they share one and by the errors of the decoder's mean.

    None where the runs were not scored image by image, or share no such number.
    """
    rows = {row.quantity: row for row in yardsticks if row.lead}
    names = [*[name for name in BOUNDS if name in rows][:1], *[name for name in ERRORS if name in rows]][:2]
    if not names:
        return None
    clauses = [_clause(rows[name], letters) for name in names]
    parts = [part for subject, group in groupby(clauses, lambda clause: clause[0]) for part in _joined(subject, group)]
    return f"On the same {_images(rows[names[0]]):,} held-out images, {'; '.join(parts)}."


def _images(row: Yardstick) -> int:
    return (row.lead and row.lead.gap.images) or 0


def _clause(row: Yardstick, letters: Sequence[str]) -> tuple[str, str]:
    """The run that is ahead, with its verb, and in what; without one, the sentence that says so."""
    assert row.lead is not None  # noqa: S101  the headline is made of such rows only
    first, second = letters[row.lead.first], letters[row.lead.second]
    name, apart = ERRORS.get(row.quantity) or called(row.quantity), amount(row.lead.gap, row.quantity)
    if row.best is None:
        return "", f"the {name} of {first} and {second} does not clearly differ ({apart} apart)"
    least = "lower" if len(row.values) == 2 else "lowest"
    return f"{first} has", f"the {least} {name}, {apart} below {second}"


def _joined(subject: str, group: Iterable[tuple[str, str]]) -> list[str]:
    objects = [words for _, words in group]
    return [f"{subject} {', and '.join(objects)}"] if subject else objects


def amount(gap: Gap, quantity: str) -> str:
    """12.0 ± 1.1 %, or 3.21 ± 0.40 nats where a percentage means nothing: how large a paired difference is."""
    size, width = abs(gap.difference), gap.half_width or 0.0
    if gap.share:
        scale = 100 * abs(gap.share) / size
        return f"{interval(size * scale, width * scale)}\u00a0%"
    nats = quantity in READING_NAMES or "nats" in QUANTITIES[quantity].unit
    return interval(size, width) + " nats" * nats


def of_readings(
    readings: Sequence[Yardstick], runs: Sequence[Run], reports: Mapping[int, Report], letters: Sequence[str]
) -> str | None:
    """What the X-ray says of these runs: how much of BCE's distance from CB is the reading, or who is ahead under which
    likelihood; None where the runs were not examined.
    """
    by_likelihood = {run.config["likelihood"]: reports[run.id].xray for run in runs if run.id in reports}
    if len(runs) == 2 and by_likelihood.keys() == {"bernoulli", "continuous_bernoulli"}:
        return share_of_reading(by_likelihood["bernoulli"], by_likelihood["continuous_bernoulli"])
    rows = [row for row in readings if row.lead]
    if not rows:
        return None
    ahead = {row.best for row in rows}
    if ahead == {None}:
        return "No run is clearly ahead of the others, whichever likelihood all of them are read with."
    if len(ahead) == 1:
        return f"However the outputs are read, {letters[rows[0].best or 0]} is ahead."
    leaders = [f"{letters[row.best]} ({READING_NAMES[row.quantity]})" for row in rows if row.best is not None]
    return f"Who is ahead depends on the reading: {'; '.join(leaders)}."


def unpaired(
    runs: Sequence[Run], reports: Mapping[int, Report], scores: Mapping[int, Scores], letters: Sequence[str]
) -> str | None:
    """Why the runs are not compared image by image; None if they are."""
    missing = [
        f"{letter}: {_unscored(run, run.id in reports)}"
        for run, letter in zip(runs, letters, strict=False)
        if run.id not in scores
    ]
    return f"Not paired image by image yet. {'; '.join(missing)}." if missing else None


def _unscored(run: Run, examined: bool) -> str:
    if examined:
        return "it ended before images were scored one by one, so rerun it to pair"
    return unexamined(run.status, run.train_config)


def share_of_reading(bce: Sequence[Reading], cb: Sequence[Reading]) -> str | None:
    """Of the distance between a BCE and a CB run, both scored as CB, the share that reading BCE's outputs as means
    makes up for; None where BCE's raw outputs are not the worse ones.
    """
    raw, mean = (_elbo(bce, f"continuous_bernoulli_{reading}") for reading in ("raw", "mean"))
    best = _elbo(cb, "continuous_bernoulli_raw")
    if raw is None or mean is None or best is None or not raw < mean or not raw < best:
        return None
    share = percent((mean - raw) / (best - raw)) if mean < best else "all"
    return (
        f"Scored as a continuous Bernoulli, the BCE run is {number(best - raw)} nats behind the CB run; read as means, "
        f"its outputs make up for {share} of that without any training."
    )


def _elbo(readings: Sequence[Reading], name: str) -> float | None:
    return next((reading.elbo for reading in readings if reading.name == name), None)
