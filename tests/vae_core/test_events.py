import subprocess
import sys

import numpy as np
import pytest

from vae_core.events import StepTerms

TORCH_FREE = ["config.train_config", "config.schedules", "events", "presets", "datasets.facts", "datasets.registry"]


@pytest.mark.parametrize("module", TORCH_FREE)
def test_whoever_records_needs_no_torch(module: str) -> None:
    code = f"import sys, vae_core.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("variational", [True, False])
@pytest.mark.parametrize("at", [[0, 7], [3], [1, 3, 6]])
def test_joining_undoes_splitting(variational: bool, at: list[int]) -> None:
    n = np.arange(1, 8)
    term = n / 3 if variational else None
    whole = StepTerms(n, n / 23, n / 500, n / 2, term, term, n / 5, term)
    parts, rest = [], whole
    for step in at:
        part, rest = rest.split(step) if rest else (None, None)
        parts += [part] if part else []
    joined = StepTerms.joined([*parts, *([rest] if rest else [])])
    assert {name: values is None or values.tolist() for name, values in vars(joined).items()} == {
        name: values is None or values.tolist() for name, values in vars(whole).items()
    }
