"""The rules of docs/architecture.md, against the imports as they are."""

import ast
import builtins
import subprocess
import sys

import pytest

from docs import rooms

ROOMS = rooms.room_graph()
TABLES = {package: rooms.table(package) for package in ("app", "vae_core")}
TABLE = TABLES["app"] | TABLES["vae_core"]
WEB_AND_DATABASE = {
    "fastapi", "starlette", "uvicorn", "jinja2", "plotly", "sqlmodel", "sqlalchemy", "alembic", "sqlite3", "pysqlite3",
}  # fmt: skip
IMPURE = WEB_AND_DATABASE - {"plotly", "jinja2"} | {"torch"}
IMPURE_ROOMS = ("app/database/", "app/store/", "app/live/", "app/jobs/", "app/web/", "app/worker/", "app/main.py")
MOST_ROOMS = {"app": 24, "vae_core": 12}
MOST_FILES = 14  # in a folder; every query has a place of its own in the store
LARGE = {"app/store/"}
RETIRED = {  # names that say too little, or the wrong thing; what stands for each now is in the code
    "Shelf", "Gate", "_Wishes", "Look", "Abandoned", "About", "Life", "World", "Seen",
    "said", "seen", "asked", "printed", "openly", "trains", "honest", "bury", "obituary", "beat", "spoken", "_told",
    "told", "mend", "mended", "Mend", "found", "wanted", "want", "looked", "grain",
}  # fmt: skip


def outside(modules: set[str]) -> set[str]:
    """The top-level packages that these modules import and that are not ours."""
    names = {name.partition(".")[0] for module in modules for name in rooms.imported(module)}
    return names - set(rooms.PACKAGES)


def of_kind(kind: str) -> list[str]:
    return [module for module in rooms.modules() if TABLE.get(rooms.room(module), ([], ""))[1] == kind]


def test_the_tables_have_every_room_and_no_other() -> None:
    with_modules = {room for room in ROOMS if room not in {"app/", "vae_core/", "elboard/"}}
    assert with_modules == set(TABLE)


@pytest.mark.parametrize("room", TABLE)
def test_a_room_is_imported_by_those_whom_the_table_names(room: str) -> None:
    allowed, _ = TABLE[room]
    importers = {other for other, targets in ROOMS.items() if room in targets}
    assert allowed == ["all"] or importers <= set(allowed), f"{importers - set(allowed)} may not import {room}"


@pytest.mark.parametrize("package", TABLES)
def test_arrows_run_downwards(package: str) -> None:
    order = list(TABLES[package])
    upwards = [
        (room, target)
        for room in order
        for target in ROOMS[room]
        if target in order and order.index(target) < order.index(room)
    ]
    assert not upwards


def test_there_is_no_circle_of_rooms_or_of_modules() -> None:
    assert rooms.circles(ROOMS) == rooms.circles(rooms.module_graph()) == []


def test_a_circle_would_be_noticed() -> None:
    assert rooms.circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


@pytest.mark.parametrize("package", TABLES)
def test_rooms_and_their_files_can_be_taken_in(package: str) -> None:
    folders = {f"{path.parent.relative_to(rooms.ROOT).as_posix()}/" for path in (rooms.ROOT / package).rglob("*.py")}
    assert len(folders) <= MOST_ROOMS[package]
    assert {folder for folder, count in rooms.files(folders).items() if count > MOST_FILES} <= LARGE


@pytest.mark.parametrize("folder", ["static", "templates", "docs"])
def test_what_a_page_is_made_of_can_be_taken_in(folder: str) -> None:
    root = rooms.ROOT / folder
    folders = [root, *(path for path in root.rglob("*") if path.is_dir() and path.name != "__pycache__")]
    counts = {path: sum(file.is_file() for file in path.iterdir()) for path in folders}
    assert [path for path, count in counts.items() if count > MOST_FILES] == []


@pytest.mark.parametrize("module", [name for name in rooms.modules() if name.partition(".")[0] == "vae_core"])
def test_the_science_knows_no_app_no_web_no_database(module: str) -> None:
    assert not rooms.reached(module) & {"app", "elboard"}
    assert not outside({module}) & WEB_AND_DATABASE


@pytest.mark.parametrize("module", of_kind("pure"))
def test_pure_rooms_reach_no_web_no_database_no_torch(module: str) -> None:
    reached = rooms.reached(module)
    assert not outside(reached) & IMPURE
    assert not [name for name in reached if rooms.room(name).startswith(IMPURE_ROOMS)]


@pytest.mark.parametrize("module", of_kind("torch-free"))
def test_torch_free_rooms_reach_no_torch(module: str) -> None:
    assert "torch" not in outside(rooms.reached(module))


def test_the_web_process_loads_no_torch_and_no_scikit_learn() -> None:
    check = "import sys, app.main; print(sorted({'torch', 'sklearn', 'scipy', 'pooch'} & set(sys.modules)))"
    command = [sys.executable, "-c", check]
    output = subprocess.run(command, capture_output=True, text=True, check=True, cwd=rooms.ROOT).stdout
    assert output.strip() == "[]"


@pytest.mark.parametrize("module", rooms.modules())
def test_no_identifier_bears_a_retired_name(module: str) -> None:
    names: set[str] = set()
    for node in ast.walk(ast.parse(rooms.modules()[module].read_text(encoding="utf-8"))):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
    assert not names & RETIRED


def test_module_functions_of_the_store_shadow_no_built_in() -> None:
    functions = {
        node.name
        for module, path in rooms.modules().items()
        if rooms.room(module) == "app/store/"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert not functions & (set(dir(builtins)) | {"of", "at"})


def test_no_class_name_stands_for_two_things() -> None:
    names = [
        node.name
        for path in rooms.modules().values()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    assert {name for name in names if names.count(name) > 1} == set()
