"""The suite in which everything in the background is late: it names waits that are still there."""

import subprocess
import sys

from tests import slow
from vae_core.presets import PRESETS


def test_a_program_that_is_slowed_does_what_it_did() -> None:
    command = [sys.executable, slow.__file__, "-m", "elboard", "presets"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in told.splitlines()] == list(PRESETS)
