"""Where this installation keeps its things and how much it may run at once."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy import make_url

GPUS = Path("/proc/driver/nvidia/gpus")  # has an entry for each; nothing heavier needs to be asked


def _data_folder() -> Path:
    return Path(os.environ.get("ELBOARD_DATA") or user_data_path("elboard", appauthor=False))


def _dataset_folders() -> tuple[Path, ...]:
    named = os.environ.get("ELBOARD_DATASETS", "").split(os.pathsep)
    return (*(Path(name).absolute() for name in named if name), Path("/usr/share/datasets"))


def _absolute(url: str) -> str:
    """The same database from any working directory: a SQLite file may be named from the current one."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return url
    return parsed.set(database=str(Path(parsed.database).absolute())).render_as_string(hide_password=False)


def _default_slots() -> int:
    """Two runs at once even on a small machine, so that a pair can be watched side by side; two for each GPU."""
    gpus = len(list(GPUS.glob("*")))
    return 2 * gpus or max(2, (os.cpu_count() or 2) // 2)


@dataclass(frozen=True)
class Settings:
    """One installation: every path hangs off `data`; a worker gets the same record as its server."""

    data: Path = field(default_factory=_data_folder)
    database_url: str = field(default_factory=lambda: os.environ.get("ELBOARD_DATABASE_URL", ""))
    datasets: tuple[Path, ...] = field(default_factory=_dataset_folders)
    slots: int = field(default_factory=_default_slots)
    resume: bool = True  # let runs whose process died go on from their last checkpoint
    auth: bool = True
    host: str = "127.0.0.1"  # the name or address that the server listens on

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", self.data.expanduser().absolute())
        url = _absolute(self.database_url or f"sqlite:///{self.data / 'elboard.sqlite'}")
        object.__setattr__(self, "database_url", url)

    @property
    def dataset_cache(self) -> Path:
        """Downloaded and unpacked data sets."""
        return self.data / "datasets"

    @property
    def threads_per_run(self) -> int:
        """CPU threads for a run that names none, so that full slots do not fight for cores."""
        return max(1, (os.cpu_count() or 1) // max(1, self.slots))

    def run_folder(self, run_id: int) -> Path:
        """What a run leaves in addition to its rows."""
        return self.data / "runs" / str(run_id)

    def log_path(self, run_id: int) -> Path:
        """The file that holds everything a run's process printed."""
        return self.run_folder(run_id) / "log.txt"

    def checkpoints(self, run_id: int) -> Path:
        """The folder of a run's checkpoints."""
        return self.run_folder(run_id) / "checkpoints"
