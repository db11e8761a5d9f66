"""The command and its workers import their own code, wherever they are started."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import app.cli.main
from elboard.__main__ import ROOT, main
from tests.server import NO_NETWORK, Server, wait_until

QUICK = {"hidden": [4], "latent_dim": 2, "max_steps": 5, "threads": 1, "examine": False}
PACKAGES = ("app", "vae_core")
STANDARD_LIBRARY = ("random", "queue", "logging")
MODULES = ("torch", "numpy", "sitecustomize", "startup", *STANDARD_LIBRARY)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Somebody's project whose names are those of modules that ELBOard imports; each notes that it was executed."""
    folder = tmp_path / "project"
    note = f"with open({str(tmp_path / 'executed')!r}, 'a') as notes:\n    notes.write(__name__ + ' ')\n"
    for name in PACKAGES:
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(note)
    for name in MODULES:
        (folder / f"{name}.py").write_text(note)
    return folder


def executed(project: Path) -> set[str]:
    """The project's modules that were executed."""
    notes = project.parent / "executed"
    return set(notes.read_text().split()) if notes.exists() else set()


def finish_a_run(project: Path, *, then: Callable[[], None] = lambda: None, **environment: str) -> None:
    """Start a server in the project's folder, do what comes `then`, launch a run, and wait for its end."""
    variables = {**NO_NETWORK, "PYTHONSTARTUP": str(project / "startup.py"), **environment}
    server = Server(project.parent / "data", env=variables, folder=project)
    try:
        then()
        (run,) = server.launch(config=QUICK)
        ended = wait_until(lambda: (now := server.api.get(f"/api/runs/{run['id']}").json())["finished_at"] and now, 180)
        assert ended["status"] == "finished", ended["error"]
    finally:
        server.stop()


def test_nothing_in_the_working_directory_is_imported(project: Path) -> None:
    finish_a_run(project)
    assert executed(project) == set()


def test_the_working_directory_may_be_deleted(project: Path) -> None:
    finish_a_run(project, then=lambda: shutil.rmtree(project))


def test_a_project_on_the_python_path_hides_nothing_of_ours(project: Path) -> None:
    """Ours are `app`, `vae_core` and what is installed. Python itself takes `sitecustomize` from `PYTHONPATH`, and may
    take parts of the standard library, before the command's first line.
    """
    for name in STANDARD_LIBRARY:
        (project / f"{name}.py").unlink()
    finish_a_run(project, PYTHONPATH=str(project))
    assert executed(project) == {"sitecustomize"}


def test_only_a_folder_with_packages_of_our_names_is_searched_last(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed, standard_library = str(project.parent / "needed"), "/usr/lib/python3"
    searched: list[str] = []
    monkeypatch.setattr(app.cli.main, "main", lambda: searched.extend(sys.path))
    monkeypatch.setattr(sys, "path", [str(project), needed, standard_library, ROOT])
    main()
    assert searched == [needed, standard_library, ROOT, str(project)]
