"""The `elboard` command: make sure that its own packages are imported, then run it.

Many projects have a package `app`, and `PYTHONPATH` or the working directory may put theirs before ours.
"""

import sys
from importlib.machinery import PathFinder
from os.path import abspath, dirname  # loaded before any search, as pathlib is not: nobody's file can replace them

ROOT = dirname(dirname(abspath(__file__)))
PACKAGES = ("app", "vae_core")


def main() -> None:
    """Search folders that hold another `app` or `vae_core` last; whatever else `PYTHONPATH` names keeps its place."""
    sys.path.sort(key=_hides_ours)

    from app.cli.main import main as run_command

    run_command()


def _hides_ours(folder: str) -> bool:
    specs = [PathFinder.find_spec(name, [folder]) for name in PACKAGES]
    return abspath(folder) != ROOT and any(spec and spec.loader for spec in specs)


if __name__ == "__main__":
    main()
