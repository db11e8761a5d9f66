"""All that a page says of one run, whether it is served or kept as a file: numbers, sentences, figures. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.launch.request import command_line
from app.plots.figure import Figure, Line
from app.plots.latents import kl_history_figure, kl_per_dim_figure, mean_variance_figure
from app.plots.palette import DASHES, slot
from app.plots.references import reference_marks
from app.plots.terms import stacked_figure, terms_figure, training_figure
from app.records import Run
from app.run_page import notes
from app.run_rules import unexamined
from app.text.quantities import READING_NAMES, bits_unit, decoder, reconstruction_unit
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.presets import PRESETS, Published
from vae_core.theory.pixel_statistics import Statistics
from vae_core.theory.references import references

Json = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]


def description(run: Run, evaluated: Rows, report: Json | None, statistics: Statistics | None, *, vitals: bool) -> Json:
    """What templates ask for by name: of a run, its evaluations, its report, and its data set's pixels if known.

    With `vitals` the view of its training has rows for them.
    """
    config = run.train_config
    line = Line(run.id or 0, "", slot(run.id or 0), DASHES[config.likelihood])
    held = evaluated[-1] if evaluated else None
    published = _published(run.preset, config)
    return {
        "line": line,
        "config": config.to_dict(),
        "defaults": TrainConfig().to_dict(),
        "command": command_line(config),
        "decoder": decoder(config),
        "bits_unit": bits_unit(config),
        "facts": FACTS[config.dataset],
        "published": published,
        "verdict": published and notes.reproduction(published, run.status, held),
        "remarks": notes.loss_remarks(config),
        "belief": held and notes.belief(held),
        "report": report,
        "unexamined": unexamined(run.status, config),
        "readings": READING_NAMES,
        "reading": report and (notes.misread(config, report["xray"]) or notes.best_reading(report["xray"])),
        "evaluations": evaluated,
        "references": _references(config, statistics, published),
        "figures": _figures(config, line, config.vitals_interval if vitals else None),
        "kl_figure": held and held["kl_per_dim"] and kl_per_dim_figure(held["kl_per_dim"], line),
        "kl_history_figure": kl_history_figure(evaluated, line),
        "variance_figure": report and mean_variance_figure(report["latents"]["mean_variance"], line),
    }


def _published(preset: str | None, config: TrainConfig) -> Published | None:
    """The published number, if this run is still what the preset says, whatever its seed."""
    if preset not in PRESETS:
        return None
    same = any(replace(wanted, seed=config.seed) == config for wanted in PRESETS[preset].configs())
    return PRESETS[preset].published if same else None


def _references(config: TrainConfig, statistics: Statistics | None, published: Published | None) -> list[Json]:
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
