from collections.abc import Callable

import numpy as np
import pytest

from app.database.engine import Database
from app.database.tables import RunRow
from app.store import steps
from app.store.pyramid import TERMS
from app.store.smoothing import smoothed
from vae_core.events import StepTerms
from vae_core.report import Floats


@pytest.fixture
def store(database: Database, running: RunRow, block: Callable[..., StepTerms]) -> Floats:
    """Steps 1..2000, of which some KLs are not there."""
    whole = block(1, 2000)
    whole.kl[:3] = np.nan
    whole.kl[700:1300] = np.nan
    with database.write() as session:
        steps.append(session, running.id, whole)
    return whole.kl


def direct(values: Floats, weight: float) -> float:
    finite = values[np.isfinite(values)]
    weights = weight ** np.arange(len(finite))[::-1]
    return (weights * finite).sum() / weights.sum() if len(finite) else np.nan


@pytest.mark.parametrize("weight", [0.5, 0.95, 0.999])
@pytest.mark.parametrize(("first", "last", "width"), [(1, 2000, 1), (1, 2000, 1024), (1025, 2000, 64), (1281, 1290, 2)])
def test_it_is_the_weighted_mean_of_all_finite_values_so_far(
    store: Floats, database: Database, running: RunRow, weight: float, first: int, last: int, width: int
) -> None:
    with database.read() as session:
        averages = smoothed(session, running.id, weight, first, last, width)[TERMS.index("kl")]
    ends = [min(end, last) for end in range(first - 1 + width, last + width, width)]
    np.testing.assert_allclose(averages, [direct(store[:end], weight) for end in ends], rtol=1e-9)
