"""The code on a page is the code that runs."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

from app.explain.source_code import listing, source

TEMPLATES = Path(__file__).parents[3] / "templates" / "explain"
SHOWN = sorted(
    {shown for page in TEMPLATES.glob("*.html") for shown in re.findall(r'code\("(\S+)", "(\S+)"\)', page.read_text())}
)


@pytest.mark.parametrize(("path", "name"), SHOWN)
def test_every_listing_is_what_python_runs(path: str, name: str) -> None:
    defined = import_module("vae_core." + path.removesuffix(".py").replace("/", "."))
    for part in name.split("."):
        defined = getattr(defined, part)
    assert source(path, name) == dedent(inspect.getsource(defined))


def test_a_decorator_belongs_to_it_and_the_words_are_in_spans() -> None:
    assert source("model/likelihoods/continuous_bernoulli.py", "_LogDensity.forward").startswith("@staticmethod\n")
    assert '<span class="k">def</span>' in listing("model/likelihoods/bernoulli.py", "Bernoulli.log_prob")
    assert "style=" not in listing("model/likelihoods/bernoulli.py", "Bernoulli.log_prob")


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(LookupError, match="nothing"):
        source("model/elbo.py", "nothing")
