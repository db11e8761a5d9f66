"""The arrows of the design, read from the source: who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("app", "vae_core")
    for path in sorted((ROOT / package).rglob("*.py"))
}
TORCH_FREE = (
    "vae_core.config", "vae_core.refusals", "vae_core.events", "vae_core.schedules", "vae_core.presets",
    "vae_core.convention", "vae_core.datasets", "vae_core.rules", "vae_core.report", "vae_core.checkpoint",
    "vae_core.translator", "vae_core.storage",
    "vae_core.entropies", "vae_core.linear", "vae_core.references", "vae_core.size", "vae_core.preflight",
)  # fmt: skip
WORKERS = {"app.worker", "app.direct"}  # the programs that train
PURE = (
    "app.plots", "app.forms", "app.palette", "app.units", "app.comparison", "app.launch", "app.translator",
    "app.formulas", "app.equations", "app.exhibits", "app.listings", "app.measurements", "app.diagnosis",
    "app.pairing", "app.verdicts", "app.yardsticks", "app.meaning", "app.export.script", "app.export.layers",
    "app.description",
)  # fmt: skip
STORE_READERS = (
    "app.stream", "app.feed", "app.recorder", "app.jobs", "app.web", "app.worker", "app.direct", "app.commands",
    "app.store", "app.doctor", "app.migrations", "app.tidy", "app.export",
)  # fmt: skip


def within(module: str, *parents: str) -> bool:
    return any(module == parent or module.startswith(parent + ".") for parent in parents)


def imports(module: str) -> set[str]:
    """Every module that `module` names in an import, wherever it stands."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names if f"{node.module}.{alias.name}" in MODULES}
    return found


def reach(module: str, through: set[str] | None = None) -> set[str]:
    """Everything that importing `module` leads to, inside this project."""
    seen = through if through is not None else set()
    for name in imports(module) & MODULES.keys():
        if name not in seen:
            seen.add(name)
            reach(name, seen)
    return seen


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, "vae_core")])
def test_the_core_knows_no_app_no_web_no_database(module: str) -> None:
    forbidden = ("app", "fastapi", "starlette", "uvicorn", "jinja2", "plotly", "sqlmodel", "sqlalchemy", "sqlite3")
    assert not [name for name in imports(module) if within(name, *forbidden)]


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, *TORCH_FREE)])
def test_torch_free_files_reach_no_torch(module: str) -> None:
    reached = {module} | reach(module)
    assert not [name for source in reached for name in imports(source) if within(name, "torch")]


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, "app") and name not in WORKERS])
def test_only_the_worker_brings_torch(module: str) -> None:
    reached = {module} | reach(module)
    if reached & WORKERS:
        assert module == "app.cli", f"{module} reaches {reached & WORKERS}"
        return
    assert not [name for source in reached for name in imports(source) if within(name, "torch")]


@pytest.mark.parametrize("module", [name for name in MODULES if within(name, *PURE)])
def test_pure_modules_touch_no_store_and_no_web(module: str) -> None:
    forbidden = ("app.store", "app.database", "app.web", "app.jobs", "app.stream", "fastapi", "starlette", "sqlalchemy")
    assert not [name for name in imports(module) if within(name, *forbidden)]


def test_only_the_rooms_beside_it_import_the_store() -> None:
    readers = [name for name in MODULES if any(within(other, "app.store") for other in imports(name))]
    assert not [name for name in readers if not within(name, *STORE_READERS)]


def test_only_main_imports_the_web() -> None:
    importers = {name for name in MODULES if any(within(other, "app.web") for other in imports(name))}
    assert {name for name in importers if not within(name, "app.web")} == {"app.main"}


def test_the_web_process_loads_no_torch_and_no_scikit_learn() -> None:
    check = "import sys, app.main; print(sorted({'torch', 'sklearn', 'scipy', 'pooch'} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert printed.strip() == "[]"
