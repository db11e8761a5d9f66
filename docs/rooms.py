"""The rooms of the project and who imports whom, read from the source: `python -m docs.rooms` prints them.

A room is a folder, or a file at the top of a package. Nothing is imported, so nothing needs to be installed.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "vae_core", "elboard")

Graph = Mapping[str, set[str]]


@cache
def modules() -> dict[str, Path]:
    """Every module of the packages, by its dotted name."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def room(module: str) -> str:
    """The room of a module, as the tables of docs/architecture.md name it: `app/store/`, `app/errors.py`."""
    path = modules()[module].relative_to(ROOT)
    at_the_top = len(path.parts) == 2 and path.name != "__init__.py"
    return path.as_posix() if at_the_top and path.parts[0] != "elboard" else f"{path.parent.as_posix()}/"


@cache
def imported(module: str) -> frozenset[str]:
    """The full name of everything that a module's import statements name, wherever they stand."""
    names = set()
    for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            submodules = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            names |= {full if full in modules() else node.module for full in submodules.values()}
        elif isinstance(node, ast.ImportFrom):
            raise ValueError(f"{module} imports relatively")
    return frozenset(names)


def module_graph() -> dict[str, set[str]]:
    """Which of our modules each of them imports."""
    return {module: {name for name in imported(module) if name in modules()} for module in modules()}


def room_graph() -> dict[str, set[str]]:
    """Which other rooms each room imports."""
    graph: dict[str, set[str]] = {room(module): set() for module in modules()}
    for module, targets in module_graph().items():
        graph[room(module)] |= {room(target) for target in targets} - {room(module)}
    return graph


def reached(module: str) -> set[str]:
    """Every module of ours that importing this one leads to, itself and the packages around them included."""
    graph, waiting, done = module_graph(), [module], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in done:
            done.add(name)
            parts = name.split(".")
            packages = {".".join(parts[:end]) for end in range(1, len(parts))} & graph.keys()
            waiting += graph[name] | packages
    return done


def circles(graph: Graph) -> list[list[str]]:
    """Groups that import each other, directly or through others: the strongly connected components of two or more."""
    reach = {start: _reachable(graph, start) for start in graph}
    groups = {frozenset(other for other in reach[start] if start in reach[other]) for start in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reachable(graph: Graph, start: str) -> set[str]:
    waiting, done = list(graph[start]), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in done:
            done.add(name)
            waiting += graph[name]
    return done


def table(package: str) -> dict[str, tuple[list[str], str]]:
    """The table of a package's rooms in docs/architecture.md, from top to bottom: who may import each, and its kind."""
    rows = {}
    for line in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.replace(r"\|", "/").strip("|").split("|")]
        if line.startswith(f"| `{package}/") and len(cells) == 4:
            rows[cells[0].strip("`")] = ([name.strip(" `") for name in cells[2].split(",") if name], cells[3])
    return rows


def files(folders: Iterable[str]) -> Counter[str]:
    """How many modules of its own each folder has, its `__init__.py` left out."""
    own = Counter(f"{path.parent.relative_to(ROOT).as_posix()}/" for path in modules().values())
    empty = Counter(
        f"{path.parent.relative_to(ROOT).as_posix()}/" for path in modules().values() if path.name == "__init__.py"
    )
    return Counter({folder: own[folder] - empty[folder] for folder in folders})


def main() -> None:
    """Print every room with what it imports, then the counts."""
    graph = room_graph()
    for name in sorted(graph):
        print(f"{name:32} → {', '.join(sorted(graph[name])) or 'nothing of ours'}")
    for package in PACKAGES:
        folders = {f"{path.parent.relative_to(ROOT).as_posix()}/" for path in (ROOT / package).rglob("*.py")}
        order = list(table(package))
        upward = [(a, b) for a in order for b in graph.get(a, set()) if b in order and order.index(b) < order.index(a)]
        print(f"\n{package}: {len(folders)} folders, {len(upward)} upward arrows {upward or ''}")
        print("  modules: " + ", ".join(f"{folder} {count}" for folder, count in files(sorted(folders)).items()))
    print(f"\ncircles of rooms: {circles(graph) or 'none'}\ncircles of modules: {circles(module_graph()) or 'none'}")


if __name__ == "__main__":
    main()
