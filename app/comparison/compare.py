"""What several runs have in common: which numbers share a unit of measure, which do not, and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.comparison.actions import Action, settling_actions
from app.comparison.comparability import Verdict, cautions, has, has_zero, units_sentence, verdict
from app.comparison.metrics import Cell, Yardstick, measured, yardstick
from app.comparison.pairing import ClassShare, Contrast, Scores, class_shares, contrasts
from app.comparison.reasons import Reason, find_reasons
from app.comparison.standing import names, stale, status_note
from app.comparison.summary import headline, unpaired, unread, without_prior
from app.diagnosis.history import Finding
from app.records import Run
from app.text.numbers import format_number
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.report import Report
from vae_core.schema import DESCRIBED
from vae_core.theory.pixel_statistics import Statistics

YARDSTICKS = (
    "negative_elbo", "bits_per_dim", "mse_per_pixel", "bce_per_pixel", "kl", "active_units",
    "log_px", "accuracy", "ssim", "psnr", "seconds",
)  # fmt: skip
EXAMINED = {"log_px", "accuracy", "ssim", "psnr"}  # what only the report of a finished run has


@dataclass(frozen=True)
class Images:
    """The runs image by image, by one quantity of which less is better."""

    __pydantic_config__ = DESCRIBED

    by: str
    """The quantity, a name of a yardstick or a reading."""
    choices: tuple[str, ...]
    """The quantities that the runs can be compared by."""
    classes: tuple[ClassShare, ...]
    """Who is best on how many images of each class, and in the last row of all."""
    contrasts: tuple[Contrast, ...]
    """The images on which the runs differ most, the widest range first."""


@dataclass(frozen=True)
class Difference:
    """One configuration field over the runs."""

    __pydantic_config__ = DESCRIBED

    field: str
    """Its name in TrainConfig."""
    values: tuple[str, ...]
    """Of each run, as people read it."""
    differs: bool
    """Whether the values are not all equal."""


@dataclass(frozen=True)
class Comparison:
    """Everything that the Compare page says in words and numbers; what has one entry a run is in the runs' order."""

    __pydantic_config__ = DESCRIBED

    runs: tuple[int, ...]
    """The numbers of the runs."""
    base: int
    """The number of the run that the others are compared with."""
    names: tuple[str, ...]
    """What the sentences call each run: its name, or what tells it apart."""
    status_notes: tuple[str | None, ...]
    """Why a run has no result to compare, such as "diverged at step 12"; null for one that has."""
    headline: str | None
    """Who is ahead, with which rate; null where fewer than two were scored image by image, or share no such number."""
    reasons: tuple[Reason, ...]
    """Why the runs came out as they did, what explains most first."""
    actions: tuple[Action, ...]
    """What would settle which is better, such as more seeds of each; of runs on different images, those of the same."""
    verdicts: tuple[Verdict, ...]
    """Which quantities may be compared, and why."""
    sentence: str
    """Why the reconstruction terms share an axis, or do not."""
    cautions: tuple[str, ...]
    """What differs between the runs although their numbers share a unit of measure."""
    yardsticks: tuple[Yardstick, ...]
    """The quantities that the runs share."""
    readings: tuple[Yardstick, ...]
    """−ELBO under each reading of the likelihood X-ray; empty until all runs have been examined."""
    own: tuple[str | None, ...]
    """The reading as which each run was trained; null where there is none, as of a σ that was fixed."""
    images: Images | None
    """The runs image by image; null until all runs have been scored on the same images."""
    differences: tuple[Difference, ...]
    """Every field of the configuration over the runs."""
    why_unpaired: str | None = None
    """Why the runs are not compared image by image; null where they are."""
    why_no_readings: str | None = None
    """Why there is no X-ray of all runs; null where there is one."""
    why_no_prior: str | None = None
    """Why pictures from the same codes of the prior are left out; null where they are shown."""

    @property
    def base_place(self) -> int:
        """The place of the baseline among the runs."""
        return self.runs.index(self.base)


def compare(
    runs: Sequence[Run],
    reports: Mapping[int, Report] | None = None,
    scores: Mapping[int, Scores] | None = None,
    *,
    base: int = 0,
    by: str | None = None,
    statistics: Mapping[int, Statistics] | None = None,
    findings: Mapping[int, Sequence[Finding]] | None = None,
) -> Comparison:
    """Compare runs by their configurations, last held-out evaluations and, where all have them, reports and scores.

    `base` is the place of the run that the others are compared with, `by` the quantity for the comparison image by
    image; where the runs do not share it, the first that they share takes its place. `statistics` are of each run's
    pixels, where they are counted: without them no reason has a number from theory. `findings` are what is wrong with
    each run by itself.
    """
    reports = {run.id: (reports or {})[run.id] for run in runs if _fresh(run, reports or {})}
    scores = {run_id: each for run_id, each in (scores or {}).items() if run_id in reports}
    configs, called = [run.train_config for run in runs], names(runs)
    notes = tuple(map(status_note, runs))
    examined = all(run.id in reports for run in runs)
    quantities = [name for name in YARDSTICKS[:-1] if examined or name not in EXAMINED]
    verdicts = tuple(verdict(quantity, configs) for quantity in ("reconstruction", "loss", *quantities))
    shared = {one.quantity for one in verdicts if one.comparable} | {"seconds"}
    measured = [
        {"seconds": run.seconds or None} if note else _measured(run, reports.get(run.id))
        for run, note in zip(runs, notes, strict=True)
    ]
    scored = _scored(runs, scores, notes)
    read = _readings([reports[run.id] for run in runs]) if examined and "mse_per_pixel" in shared else {}
    cells = {name: [(one.get(name), None) for one in measured] for name in YARDSTICKS if name in shared} | read
    rows = [yardstick(name, each, scored, base, ratio=has_zero(name, configs)) for name, each in cells.items()]
    yardsticks = tuple(row for row in rows if row.quantity not in read)
    wrong = findings or {}
    overfitted = [any(one.name == "overfitting" for one in wrong.get(run.id, ())) for run in runs]
    return Comparison(
        runs=tuple(run.id for run in runs),
        base=runs[base].id,
        names=tuple(called),
        status_notes=notes,
        headline=headline(yardsticks, runs, called, scored, overfitted),
        reasons=find_reasons(runs, statistics or {}, wrong),
        actions=settling_actions(runs),
        verdicts=verdicts,
        sentence=units_sentence(configs),
        cautions=cautions(runs, called),
        yardsticks=yardsticks,
        readings=tuple(row for row in rows if row.quantity in read),
        own=tuple(map(_own_reading, configs)),
        images=_images(rows, scored, FACTS[configs[0].dataset].classes, by),
        differences=tuple(_differences(configs)),
        why_unpaired=unpaired(runs, reports, scores, called),
        why_no_readings=unread(runs, reports, called),
        why_no_prior=without_prior(runs, called),
    )


def _fresh(run: Run, reports: Mapping[int, Report]) -> bool:
    """Whether the run was examined, and has not gone on since."""
    return run.id in reports and not stale(run, reports[run.id])


def _measured(run: Run, report: Report | None) -> dict[str, float | None]:
    """What is known of the `YARDSTICKS`."""
    values = measured(run)
    if report:
        values |= {"accuracy": report.latents.accuracy, "log_px": report.bound.log_px if report.bound else None}
        values |= {"ssim": report.fidelity.ssim, "psnr": report.fidelity.psnr}
    return {name: value for name, value in values.items() if has(name, run.train_config)}


def _scored(runs: Sequence[Run], scores: Mapping[int, Scores], notes: Sequence[str | None]) -> list[Scores | None]:
    """The scores of each run with a result; of none where they look at different images."""
    alike = len({run.config["dataset"] for run in runs}) == 1
    return [scores.get(run.id) if alike and not note else None for run, note in zip(runs, notes, strict=True)]


def _readings(reports: Sequence[Report]) -> dict[str, list[Cell]]:
    """−ELBO and its standard error under each reading of the X-ray except `own`, which runs have in different units."""
    cells = [{row.name: (_negative(row.elbo), row.elbo_se) for row in report.xray} for report in reports]
    return {name: [one.get(name, (None, None)) for one in cells] for name in cells[0] if name != "own"}


def _negative(elbo: float | None) -> float | None:
    return None if elbo is None else -elbo


def _images(
    rows: Sequence[Yardstick], scored: Sequence[Scores | None], classes: Sequence[str], by: str | None
) -> Images | None:
    every = [each for each in scored if each]
    choices = tuple(row.quantity for row in rows if row.lead and None not in row.lead.means)
    if not choices or len(every) < len(scored):
        return None
    chosen = by if by in choices else choices[0]
    return Images(chosen, choices, class_shares(chosen, every, classes), contrasts(chosen, every, classes))


def _differences(configs: Sequence[TrainConfig]) -> list[Difference]:
    fields = [config.to_dict() for config in configs]
    return [
        Difference(name, shown, len(set(shown)) > 1)
        for name in fields[0]
        for shown in [tuple(_shown(config[name]) for config in fields)]
    ]


def _own_reading(config: TrainConfig) -> str | None:
    fitted = not config.family.scales or config.scale in {"optimal", "shared"}
    return config.family.reading if fitted else None


def _shown(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return format_number(value, 6) if isinstance(value, float) else str(value)
