"""What two or more runs have in common: which numbers share a unit, which do not, and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.comparison.comparability import Verdict, cautions, has_zero, units_sentence, verdict
from app.comparison.metrics import Cell, Yardstick, yardstick
from app.comparison.pairing import ClassShare, Contrast, Scores, class_shares, contrasts
from app.records import Run
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS

Measured = Mapping[str, Any]
YARDSTICKS = (
    "negative_elbo", "bits_per_dim", "mse_per_pixel", "bce_per_pixel", "kl", "active_units",
    "log_px", "accuracy", "ssim", "psnr", "seconds",
)  # fmt: skip
EXAMINED = {"log_px", "accuracy", "ssim", "psnr"}  # what only the report of a finished run has
OWN_READING = {  # the row of the X-ray that is a likelihood's own
    "bernoulli": "soft_bernoulli",
    "continuous_bernoulli": "continuous_bernoulli_raw",
    "gaussian": "gaussian_fitted",
}


@dataclass(frozen=True)
class Images:
    """The runs image by image, by one of the `choices`, of all of which less is better."""

    by: str
    choices: tuple[str, ...]
    classes: tuple[ClassShare, ...]
    contrasts: tuple[Contrast, ...]


@dataclass(frozen=True)
class Difference:
    """One configuration field over the runs."""

    field: str
    values: tuple[str, ...]
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """Everything the Compare page says in words and numbers."""

    base: int  # the place of the baseline
    verdicts: tuple[Verdict, ...]
    sentence: str
    cautions: tuple[str, ...]
    yardsticks: tuple[Yardstick, ...]
    readings: tuple[Yardstick, ...]  # of the X-ray
    own: tuple[str | None, ...]  # the reading that is each run's own likelihood
    images: Images | None
    differences: tuple[Difference, ...]


def compare(
    runs: Sequence[Run],
    evaluations: Mapping[int, Measured],
    reports: Mapping[int, Measured] | None = None,
    scores: Mapping[int, Scores] | None = None,
    *,
    base: int = 0,
    by: str | None = None,
) -> Comparison:
    """Compare runs by their configurations, last held-out evaluations and, where all have them, reports and scores.

    `base` is the place of the run that the others are held against, `by` what they are compared by image by image; it
    falls back to the first choice there is.
    """
    reports, scores = reports or {}, scores or {}
    configs = [run.train_config for run in runs]
    examined = all(run.id in reports for run in runs)
    quantities = [name for name in YARDSTICKS[:-1] if examined or name not in EXAMINED]
    verdicts = tuple(verdict(quantity, configs) for quantity in ("reconstruction", "loss", *quantities))
    shared = {told.quantity for told in verdicts if told.comparable} | {"seconds"}
    measured = [_measured(run, evaluations.get(run.id or 0, {}), reports.get(run.id or 0)) for run in runs]
    scored = _scored(runs, scores)
    read = _readings([reports[run.id or 0] for run in runs]) if examined and "mse_per_pixel" in shared else {}
    rows = {name: [(one.get(name), None) for one in measured] for name in YARDSTICKS if name in shared} | read
    found = [yardstick(name, cells, scored, base, ratio=has_zero(name, configs)) for name, cells in rows.items()]
    return Comparison(
        base,
        verdicts,
        units_sentence(configs),
        cautions(configs),
        tuple(row for row in found if row.quantity not in read),
        tuple(row for row in found if row.quantity in read),
        tuple(OWN_READING.get(config.likelihood) for config in configs),
        _images(found, scored, FACTS[configs[0].dataset].classes, by),
        tuple(_differences(configs)),
    )


def _measured(run: Run, evaluation: Measured, report: Measured | None) -> dict[str, Any]:
    elbo = evaluation.get("elbo")
    found: dict[str, Any] = {}
    if report:
        found = {"accuracy": report["latents"]["accuracy"], "log_px": (report["bound"] or {}).get("log_px")}
        found |= report["fidelity"]
    return {**evaluation, **found, "negative_elbo": None if elbo is None else -elbo, "seconds": run.seconds or None}


def _scored(runs: Sequence[Run], scores: Mapping[int, Scores]) -> list[Scores]:
    """The scores of every run; none where one has none, or they are of other images."""
    alike = len({run.config["dataset"] for run in runs}) == 1 and all(run.id in scores for run in runs)
    return [scores[run.id or 0] for run in runs] if alike else []


def _readings(reports: Sequence[Measured]) -> dict[str, list[Cell]]:
    """−ELBO and its standard error under each reading of the X-ray but `own`, whose unit is each run's own."""
    found = [{row["name"]: (_negative(row["elbo"]), row["elbo_se"]) for row in report["xray"]} for report in reports]
    return {name: [one.get(name, (None, None)) for one in found] for name in found[0] if name != "own"}


def _negative(elbo: float | None) -> float | None:
    return None if elbo is None else -elbo


def _images(
    rows: Sequence[Yardstick], scored: Sequence[Scores], classes: Sequence[str], by: str | None
) -> Images | None:
    choices = tuple(row.quantity for row in rows if row.lead)
    if not choices:
        return None
    chosen = by if by in choices else choices[0]
    return Images(chosen, choices, class_shares(chosen, scored, classes), contrasts(chosen, scored, classes))


def _differences(configs: Sequence[TrainConfig]) -> list[Difference]:
    fields = [config.to_dict() for config in configs]
    return [
        Difference(name, shown, len(set(shown)) > 1)
        for name in fields[0]
        for shown in [tuple(_shown(config[name]) for config in fields)]
    ]


def _shown(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
