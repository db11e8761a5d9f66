"""The page of a run as a file."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.database.engine import Database
from app.export.page import page
from app.records import Run
from app.settings import Settings
from app.store import evaluations, reports, steps
from app.store import pictures as sheets
from vae_core.events import Evaluation, Pictures, StepTerms
from vae_core.report import Report


def test_it_holds_the_run_and_loads_nothing(
    database: Database,
    new_run: Callable[..., Run],
    block: Callable[..., StepTerms],
    evaluation: Callable[..., Evaluation],
    pictures: Callable[..., Pictures],
    report: Report,
    tmp_path: Path,
) -> None:
    run = new_run("<b>otter</b>", likelihood="gaussian", reconstruction_reduction="mean")
    broken = block(1, 2500)
    broken.kl[1234] = np.nan
    with database.write() as session:
        steps.append(session, run.id, broken)
        for step in (1250, 2500):
            evaluations.append(session, run.id, evaluation(step))
        sheets.append(session, run.id, pictures(2500))
        reports.append(session, run.id, report)
    made = page(database, Settings(data=tmp_path), run)
    text = re.sub(r"<script>.*?</script>", "", made, flags=re.DOTALL)  # plotly.js, which names addresses in its code
    assert not re.search(r"""(src|href)=["'](?!data:)""", text)
    assert "&lt;b&gt;otter&lt;/b&gt;" in text
    assert "This loss weighs the KL as β = 64 would" in text
    assert "At 1 step, first at step 1,235, a term was not a finite number" in text
    assert "mean of 4 steps" in text
    assert text.count("data:image/png;base64,") == 1
    figures = json.loads(re.search(r'id="figures">(.*?)</script>', text, re.DOTALL)[1])
    assert set(figures) == {"lines", "training", "kl", "kl_history", "variance"}
    line = next(
        trace for trace in figures["lines"]["data"] if trace["meta"] | {"role": "line", "field": "kl"} == trace["meta"]
    )
    assert len(line["y"]) == 625


def test_a_run_that_has_not_begun_says_so(database: Database, new_run: Callable[..., Run], tmp_path: Path) -> None:
    made = page(database, Settings(data=tmp_path), new_run(model="ae"))
    assert "No step yet." in made
    assert "This run left no pictures." in made
    assert 'data-figure="lines"' not in made
