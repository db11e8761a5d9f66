"""The page Explain as it comes from the server: whole without any script."""

import json
import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.explain.equations import EQUATIONS, mathml


@pytest.fixture
def page(client: TestClient) -> str:
    answer = client.get("/explain")
    assert answer.status_code == 200
    return answer.text


def test_it_has_every_section_formula_and_table(page: str) -> None:
    anchors = re.findall(r'<li><a href="#([\w-]+)">', page)
    assert len(anchors) == 8
    assert re.findall(r'<section class="card" id="([\w-]+)"', page) == anchors
    for equation in EQUATIONS.values():
        assert mathml(equation.latex) in page
    assert page.count("Start this as a run:") == page.count("Sources:") == 8
    assert '<td class="num">1.44</td>' in page  # of docs/estimator.md, M = 100 and L = 1 after an epoch
    assert 'style="' not in page
    names = re.findall(r' id="([^"]+)"', page)
    assert len(names) == len(set(names))


def test_every_figure_has_a_sentence_and_numbers_of_its_own(page: str) -> None:
    names = re.findall(r'<script type="application/json" id="([\w-]+)-figure"', page)
    assert len(names) == 10
    for name in names:
        assert re.search(rf'id="{name}-summary" data-live[^>]*>[^<]+\.', page), name
        assert f'<table id="{name}-table"' in page


def test_every_start_link_leads_to_a_form_that_can_be_sent(client: TestClient, page: str) -> None:
    links = [unescape(link) for link in re.findall(r'href="(/runs/new\?[^"]+)"', page)]
    assert len(links) > 16
    for link in links:
        form = client.get(link)
        assert form.status_code == 200, link
        assert "needs a change" not in form.text, link


def test_the_address_moves_the_sliders(client: TestClient) -> None:
    page = client.get("/explain?sigma=0.5&dataset=mnist&power=-2").text
    assert 'name="sigma" form="controls" min="0.1" max="1" step="0.01" value="0.5"' in page
    assert '<option value="mnist" selected>' in page
    assert "With σ = 0.5 the loss is 2 · SSE + KL" in page
    assert "averaged over 784 pixels, σ = 1.98" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sigma=7", "sigma must be at most 1, not '7'"),
        ("dataset=cifar", "dataset must be one of 'digits', 'mnist' or 'fashion-mnist', not 'cifar'"),
    ],
)
def test_an_address_beyond_a_slider_is_refused_in_a_sentence(client: TestClient, query: str, said: str) -> None:
    answer = client.get(f"/explain?{query}")
    assert answer.status_code == 422
    assert said in unescape(answer.text)


def test_the_directions_of_the_digits_are_drawn(page: str) -> None:
    assert json.loads(re.search(r'id="spectrum-figure" data-live>(.*?)</script>', page)[1])
    assert "12 of 64 directions" in page
    assert "floor of 13.5 nats" in page


def test_images_that_are_not_here_are_said_to_be_missing(client: TestClient) -> None:
    page = client.get("/explain?dataset=fashion-mnist").text
    assert '<script type="application/json" id="spectrum-figure" data-live>null</script>' in page


def test_pages_lead_to_it(client: TestClient) -> None:
    assert 'href="/explain#gaussian"' in client.get("/runs/new").text
    assert '<a href="/explain"' in client.get("/runs").text
