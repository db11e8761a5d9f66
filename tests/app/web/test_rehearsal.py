"""Nothing is left to compile for the first visitor."""

from plotly.validator_cache import ValidatorCache

from app.web import assets
from app.web.rehearsal import rehearse


def test_a_new_server_has_compiled_and_drawn_before_it_answers(monkeypatch):
    assets.templates.cache_clear()
    assets.plotly_gzip.cache_clear()
    monkeypatch.setattr(ValidatorCache, "_cache", {})
    rehearse()
    environment = assets.templates().env
    assert {name for _, name in environment.cache} == set(environment.list_templates())
    assert assets.plotly_gzip.cache_info().currsize == 1
    assert ("scatter", "hovertemplate") in ValidatorCache._cache
