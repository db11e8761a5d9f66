import subprocess
import sys

import pytest

TORCH_FREE = ["config", "events", "presets", "schedules", "datasets.facts", "datasets.registry"]


@pytest.mark.parametrize("module", TORCH_FREE)
def test_whoever_records_needs_no_torch(module):
    code = f"import sys, vae_core.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
