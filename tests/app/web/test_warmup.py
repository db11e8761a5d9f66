"""Nothing is left to compile for the first visitor."""

import pytest
from plotly.validator_cache import ValidatorCache

from app.web import rendering, static_files
from app.web.warmup import rehearse


def test_a_new_server_has_compiled_and_drawn_before_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    rendering.templates.cache_clear()
    static_files.plotly_gzip.cache_clear()
    monkeypatch.setattr(ValidatorCache, "_cache", {})
    rehearse()
    environment = rendering.templates().env
    assert {name for _, name in environment.cache} == set(environment.list_templates())
    assert static_files.plotly_gzip.cache_info().currsize == 1
    assert ("scatter", "hovertemplate") in ValidatorCache._cache
