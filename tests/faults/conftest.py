from pathlib import Path

import pytest

from tests.faults.calm import calm_weights


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The final weights of the run that nobody disturbs."""
    return calm_weights(Path(tmp_path_factory.mktemp("calm")))
