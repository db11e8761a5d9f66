"""The translator over HTTP: the API and its page."""

import json
import re
from html import unescape

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.translate.answer import answer_question
from app.translate.recipes import RecipeRow, recipe_rows
from vae_core.config.train_config import TrainConfig
from vae_core.translator.recipes import RECIPES

KLD = "kld = torch.mean(-0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), dim=1))"
LOSS = f"{KLD}\nF.mse_loss(r, x) + beta * kld"


def test_the_api_answers_as_the_translator(application: FastAPI, client: TestClient) -> None:
    question = {"code": LOSS, "values": {"beta": 0.5}, "dataset": "digits", "latent_dim": 3, "batch_size": 10}
    answer = client.post("/api/translate", json=question)
    assert answer.status_code == 200
    assert answer.json() == answer_question(question, application.state.shelf.training).public().model_dump()
    assert client.post("/api/translate", json={"recipe": "keras-blog"}).json()["implied_beta"] == pytest.approx(39.2)
    loss = {"error": "mse", "pixels": "mean"}
    assert client.post("/api/translate", json={"loss": loss}).json()["implied_sigma"] == pytest.approx(392**0.5)


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"code": LOSS}, "values.beta", "beta weighs the KL: give its value."),
        ({"code": "import os"}, "code", "Line 1: “import os” imports what no loss needs"),
        ({"code": "x" * 1_000_000}, "code", "at most 20,000"),
        ({"code": "x = '\\ud800'\ud800"}, "code", "half a character"),
        ({"recipe": "nope"}, "recipe", "recipe must be one of"),
        ({}, "code", "Give one of code, recipe and loss."),
        ({"recipe": "pythae", "latent_dim": 0}, "latent_dim", "greater than or equal to 1"),
        ({"recipe": "pythae", "sigma": 0}, "sigma", "greater than or equal to 0.001"),
        ({"loss": {"error": "hinge"}}, "loss.error", "'bce', 'mse' or 'l1'"),
        ({"code": LOSS, "values": {"beta": "many"}}, "values.beta", "valid number"),
        ({"code": LOSS, "values": {"beta": -1}}, "code", "The KL has the weight -1"),
        ({"surprise": 1}, "surprise", "surprise"),
    ],
)
def test_a_refused_question_names_the_field(client: TestClient, body: dict[str, object], field: str, said: str) -> None:
    answer = client.post("/api/translate", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert said in error["message"]


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipes_page_has_its_code_and_its_answer(client: TestClient, name: str) -> None:
    page = unescape(client.get("/translate", params={"recipe": name}).text)
    assert RECIPES[name].code in page
    assert f'<option value="{name}" selected>' in page
    answer = answer_question({"recipe": name})
    assert answer.sentences[0] in page
    assert [sentence in page for sentence in answer.sentences] == [True] * len(answer.sentences)


@pytest.mark.parametrize("row", recipe_rows(), ids=lambda row: row.name)
def test_a_recipes_answer_is_that_of_the_table(client: TestClient, row: RecipeRow) -> None:
    """Whoever opens it, after whichever other recipe, finds it at the sizes that it is known for."""
    page = unescape(client.get("/translate", params={"recipe": row.name}).text)
    answer = page[page.index('id="answer-title"') : page.index("Losses of the field")]
    D, Z, M = re.findall(r"= ([\d,]*\d)", row.sizes)
    assert f"With D = {D}, Z = {Z} and M = {M} the loss is" in answer
    assert row.model.rpartition(", ")[2] in answer  # σ = 1.24
    form = page[page.index('id="paste"') : page.index("</form>", page.index('id="paste"'))]
    assert f'name="latent_dim" value="{Z}"' in form
    assert f'name="batch_size" value="{M}"' in form
    assert re.search(rf'<option value="[\w-]+" selected>[^<]*D = {D}[^<]*</option>', form)
    fields = dict(re.findall(r'name="(size|latent_dim|batch_size)" value="([^"]*)"', form))
    images = re.search(r'<option value="([\w-]+)" selected>', form)[1]
    again = client.post("/translate", data={**fields, "dataset": images, "code": RECIPES[row.name].code})
    assert f"With D = {D}, Z = {Z} and M = {M} the loss is" in unescape(again.text)  # sent as it stands
    assert 'name="dataset"' not in page[page.index('class="card seen"') : page.index('id="paste"')]
    api = client.post("/api/translate", json={"recipe": row.name}).json()
    assert f"With D = {D}, Z = {Z} and M = {M} the loss is" in " ".join(api["sentences"])


def test_a_size_that_is_no_number_is_refused(client: TestClient) -> None:
    for size in ("9" * 5000, "many", ""):
        assert client.post("/translate", data={"code": "x", "dataset": "other", "size": size}).status_code == 422


def test_an_unknown_recipe_is_a_page_with_a_sentence(client: TestClient) -> None:
    answer = client.get("/translate?recipe=nope")
    assert answer.status_code == 422
    assert "recipe must be one of" in answer.text


def test_a_missing_value_is_asked_for_and_kept(client: TestClient) -> None:
    asked_for = client.post("/translate", data={"code": LOSS, "latent_dim": "5"})
    assert asked_for.status_code == 422
    assert 'name="value:beta"' in asked_for.text
    assert "beta weighs the KL: give its value." in asked_for.text
    assert 'name="latent_dim" value="5"' in asked_for.text
    given = client.post("/translate", data={"code": LOSS, "value:beta": "1"})
    assert given.status_code == 200
    assert "σ = 19.8" in given.text
    assert 'name="value:beta" value="1"' in given.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"code": "<script>alert(1)</script>"}, "is not Python"),
        ({"code": LOSS, "value:beta": "lots"}, "values must be a number, not 'lots'"),
        ({"code": LOSS, "latent_dim": "0"}, "latent_dim must be at least 1, not '0'"),
        ({"error": "mse", "weight": "heavy"}, "weight must be a number, not 'heavy'"),
        ({"code": LOSS, "dataset": "cifar"}, "dataset must be one of"),
        ({}, "There is no code to read."),
    ],
)
def test_a_refused_paste_comes_back_with_a_sentence(client: TestClient, form: dict[str, str], said: str) -> None:
    answer = client.post("/translate", data=form)
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert "<script>alert" not in answer.text
    assert form.get("code", "") in unescape(answer.text)


def test_how_a_loss_adds_up_is_written_out(client: TestClient) -> None:
    page = unescape(client.post("/translate", data={"error": "mse", "pixels": "mean", "kl_weight": "0.5"}).text)
    assert "loss = 1 * reconstruction + 0.5 * kl" in page
    assert "Gaussian decoder with σ = 14" in page


def test_the_button_starts_the_run_that_was_said(client: TestClient) -> None:
    page = unescape(client.get("/translate?recipe=pytorch-vae").text)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page[page.index('action="/runs"') :]))
    answer = client.post("/runs", data=form)
    assert answer.status_code == 303
    config = client.get("/api" + answer.headers["location"]).json()["config"]
    assert TrainConfig.parse(config) == answer_question({"recipe": "pytorch-vae"}).config


def test_the_sizes_come_with_the_address_and_go_on_to_the_form(client: TestClient) -> None:
    """From the form's side panel here, and back to the form with the answer."""
    page = unescape(client.get("/translate?recipe=keras-2016&dataset=digits&latent_dim=3").text)
    assert '<option value="digits" selected>' in page
    assert 'name="latent_dim" value="3"' in page
    (link,) = re.findall(r'href="(/runs/new\?[^"]*)">Use this in a new run', page)
    form = client.get(link)
    assert form.status_code == 200
    for name, value in {"beta": "64", "latent_dim": "3", "max_steps": "", "epochs": "10"}.items():
        assert f'name="{name}" value="{value}"' in form.text
    answer = client.get("/translate?dataset=cifar&latent_dim=0")
    assert answer.status_code == 422
    assert "latent_dim must be at least 1" in unescape(answer.text)
