"""Where things are kept."""

from pathlib import Path

import pytest

from app.settings import Settings


def test_everything_hangs_off_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ELBOARD_DATABASE_URL", raising=False)
    settings = Settings(data=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/elboard.sqlite"
    assert settings.dataset_cache.is_relative_to(tmp_path)
    assert settings.log_path(7) == tmp_path / "runs" / "7" / "log.txt"


def test_the_environment_names_folders_and_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELBOARD_DATA", str(tmp_path))
    monkeypatch.setenv("ELBOARD_DATABASE_URL", "postgresql+psycopg://somewhere/else")
    monkeypatch.setenv("ELBOARD_DATASETS", "/one:relative")
    settings = Settings()
    assert settings.data == tmp_path
    assert settings.database_url == "postgresql+psycopg://somewhere/else"
    assert settings.datasets == (Path("/one"), Path("relative").absolute(), Path("/usr/share/datasets"))


def test_a_database_file_is_named_for_every_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings(database_url="sqlite:///runs.sqlite").database_url == f"sqlite:///{tmp_path}/runs.sqlite"
    assert Settings(database_url="sqlite:////runs.sqlite?timeout=5").database_url == "sqlite:////runs.sqlite?timeout=5"


def test_full_slots_leave_no_core_idle_and_fight_for_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.settings.GPUS", tmp_path)
    for cores, slots, threads in ((1, 2, 1), (2, 2, 1), (4, 2, 2), (16, 8, 2)):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        settings = Settings(data=tmp_path)
        assert (settings.slots, settings.threads_per_run) == (slots, threads)


def test_a_gpu_takes_two_runs_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.settings.GPUS", tmp_path)
    for number in range(3):
        (tmp_path / f"0000:0{number}:00.0").mkdir()
    assert Settings(data=tmp_path).slots == 6
