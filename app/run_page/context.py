"""Everything that a page shows of one run, served or as a file: numbers, sentences, figures. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.launch.request import command_line
from app.plots.figure import Figure, Line
from app.plots.filled import reference_marks
from app.plots.latents import kl_history_figure, kl_per_dim_figure, mean_variance_figure
from app.plots.palette import slot
from app.plots.terms import stacked_figure, terms_figure, training_figure
from app.records import EvaluationRecord, Run
from app.run_page import notes
from app.run_page.tiles import Tile, tiles
from app.run_rules import unexamined
from app.text.quantities import READING_NAMES, bits_unit, decoder, reconstruction_unit
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS, DatasetFacts
from vae_core.presets import PRESETS, Published
from vae_core.report import Report
from vae_core.theory.pixel_statistics import Statistics
from vae_core.theory.references import references

Config = dict[str, Any]  # a configuration's fields by their names


@dataclass(frozen=True)
class RunDescription:
    """What the templates of a run's page ask for by name."""

    line: Line
    config: Config
    defaults: Config
    command: str  # that trains the same
    tiles: list[Tile]
    decoder: str
    bits_unit: str | None
    facts: DatasetFacts
    published: Published | None
    verdict: notes.Reproduction | None
    remarks: list[str]
    errors_expected: str | None
    report: Report | None
    unexamined: str  # why there is no report
    readings: dict[str, str]  # the names of the X-ray's rows
    reading: str | None  # what the X-ray says, in a sentence
    evaluations: Sequence[EvaluationRecord]
    references: list[dict[str, Any]]
    figures: dict[str, Figure]  # the views of the curves, the one to show first in front
    kl_figure: Figure | None
    kl_history_figure: Figure | None
    variance_figure: Figure | None


def describe_run(
    run: Run,
    evaluations: Sequence[EvaluationRecord],
    report: Report | None,
    statistics: Statistics | None,
    *,
    vitals: bool,
) -> RunDescription:
    """The description of a run, with its data set's pixels if known.

    With `vitals` the view of its training has rows for them.
    """
    config = run.train_config
    line = Line(run.id, "", slot(run.id))
    last = evaluations[-1] if evaluations else None
    published = _published(run.preset, config)
    return RunDescription(
        line=line,
        config=config.to_dict(),
        defaults=TrainConfig().to_dict(),
        command=command_line(config),
        tiles=tiles(run),
        decoder=decoder(config),
        bits_unit=bits_unit(config),
        facts=FACTS[config.dataset],
        published=published,
        verdict=notes.reproduction(published, run.status, last) if published else None,
        remarks=notes.loss_remarks(config),
        errors_expected=notes.errors_expected(config, run.result) if run.result else None,
        report=report,
        unexamined=unexamined(run.status, config),
        readings=READING_NAMES,
        reading=(notes.misread(config, report.xray) or notes.best_reading(report.xray)) if report else None,
        evaluations=evaluations,
        references=_references(config, statistics, published),
        figures=_figures(config, line, config.vitals_interval if vitals else None),
        kl_figure=kl_per_dim_figure(last.kl_per_dim, line) if last and last.kl_per_dim else None,
        kl_history_figure=kl_history_figure(evaluations, line),
        variance_figure=mean_variance_figure(report.latents.mean_variance, line) if report else None,
    )


def _published(preset: str | None, config: TrainConfig) -> Published | None:
    """The published number, if this run is still what the preset says, whatever its seed."""
    if preset not in PRESETS:
        return None
    same = any(replace(own, seed=config.seed) == config for own in PRESETS[preset].configs())
    return PRESETS[preset].published if same else None


def _references(
    config: TrainConfig, statistics: Statistics | None, published: Published | None
) -> list[dict[str, Any]]:
    """The lines to see the curves against: of the data set, once its pixels are counted, and the published value."""
    known = references(config, statistics.test) if statistics else []
    if published:
        known.append(published.reference)
    return reference_marks(known, config.model == "vae")


def _figures(config: TrainConfig, line: Line, vitals_interval: int | None) -> dict[str, Figure]:
    """The views of the curves, the first one shown first."""
    variational = config.model == "vae"
    varies = config.beta_schedule != "constant"
    lines = terms_figure(line, reconstruction_unit(config), variational=variational, beta_varies=varies)
    return {
        "lines": lines,
        **({"stacked": stacked_figure(line)} if variational else {}),
        "training": training_figure(line, vitals_interval),
    }
