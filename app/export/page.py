"""A run as one web page that needs no server: its figures, numbers, pictures and configuration, readable offline."""

from base64 import b64encode
from contextlib import suppress
from importlib.metadata import version

from sqlmodel import Session

from app.database.engine import Database
from app.plots.filled import filled, marked
from app.records import PictureSheet, Run
from app.run_page.context import describe_run
from app.settings import Settings
from app.store import evaluations, pictures, reports, steps
from app.templating import environment, folder, plotly_js
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.registry import DatasetUnavailable
from vae_core.theory.pixel_statistics import Statistics, statistics

STYLES = ("tokens", "base", "components", "run")
POINTS = 1000  # of a curve: a longer one is drawn as the mean of its buckets within their least and greatest values


def page(database: Database, settings: Settings, run: Run) -> str:
    """The page of a run as it stands."""
    with database.read() as session:
        evaluated = evaluations.of_run(session, run.id)
        report = reports.last(session, run.id)
        window = steps.window(session, run.id, points=POINTS)
        sheets = _sheets(session, run.id)
    shown = describe_run(run, evaluated, report, _counted(run.train_config, settings), vitals=False)
    latents = {"kl": shown.kl_figure, "kl_history": shown.kl_history_figure, "variance": shown.variance_figure}
    context = {
        **vars(shown),
        "run": run,
        "columns": window,
        "sheets": sheets,
        "figures": {
            "lines": marked(filled(shown.figures["lines"], window, evaluated), shown.references),
            "training": filled(shown.figures["training"], window, evaluated),
            **{name: figure for name, figure in latents.items() if figure},
        },
        "styles": [(folder("static") / "css" / f"{name}.css").read_text() for name in STYLES],
        "themed": (folder("static") / "js" / "charts" / "figures.js").read_text(),
        "plotly": plotly_js().read_text(),
        "version": version("elboard"),
    }
    return environment().get_template("export/page.html").render(context)


def _sheets(session: Session, run_id: int) -> list[PictureSheet]:
    """The newest pictures of each kind, with their bytes in the URL."""
    newest = {sheet.kind: sheet for sheet in pictures.of_run(session, run_id)}
    images = {kind: b64encode(pictures.png(session, sheet.hash)).decode() for kind, sheet in newest.items()}
    return [sheet.model_copy(update={"url": f"data:image/png;base64,{images[kind]}"}) for kind, sheet in newest.items()]


def _counted(config: TrainConfig, settings: Settings) -> Statistics | None:
    """The pixels of the run's data set; None where its images are not on this machine."""
    with suppress(DatasetUnavailable, OSError, ValueError):
        return statistics(
            config.dataset, config.pixel_transform, folders=settings.datasets, cache=settings.dataset_cache
        )
    return None
