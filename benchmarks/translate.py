"""How long the translator looks at a paste: the recipes of the field, and the hostile ones of the tests."""

from time import process_time

from rich.console import Console
from rich.table import Table

from tests.vae_core.translator.test_syntax import HOSTILE
from vae_core.translator.errors import Refusal
from vae_core.translator.read_code import read_loss
from vae_core.translator.recipes import RECIPES


def main() -> None:
    """Print the milliseconds of processor time of each, the slowest of five readings."""
    table = Table("paste", "characters", "milliseconds", "answer")
    pastes = {name: recipe.code for name, recipe in RECIPES.items()} | HOSTILE
    for name, code in pastes.items():
        slowest, answer = max(_read(code) for _ in range(5))
        table.add_row(name, f"{len(code):,}", f"{1000 * slowest:.1f}", answer)
    Console(width=150).print(table)


def _read(code: str) -> tuple[float, str]:
    start = process_time()
    try:
        answer = read_loss(code).error
    except Refusal as refused:
        answer = str(refused)
    return process_time() - start, answer


if __name__ == "__main__":
    main()
