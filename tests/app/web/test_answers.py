"""What the API answers about the subjects is what its OpenAPI document promises, refusals too."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from app.store import evaluations
from vae_core.report import Report, Scores

Trained = Callable[..., int]
Holds = Callable[..., dict[str, Any]]


def test_a_comparison_with_and_without_images(
    holds: Holds, trained: Trained, report: Report, scores: Callable[..., Scores]
) -> None:
    pair = [trained(report, scores(mean=mean), latent_dim=size) for mean, size in ((100, 2), (90, 3))]
    compared = holds("/api/compare", params={"runs": ",".join(map(str, pair)), "base": pair[1]})
    assert (compared["runs"], compared["base"]) == (pair, pair[1])
    assert compared["images"]["contrasts"]
    assert compared["headline"]
    assert [row["lead"]["first"] for row in compared["readings"]] == [1] * 4
    alone = holds("/api/compare", params={"runs": f"{pair[0]},{trained(model='ae')}"})
    assert alone["images"] is alone["headline"] is None
    assert "runs must name 2" in holds("/api/compare", 422, params={"runs": "1"})["errors"][0]["message"]
    holds("/api/compare", 404, params={"runs": "998,999"})


def test_a_diagnosis_with_and_without_an_alarm(
    holds: Holds, application: FastAPI, trained: Trained, evaluation: Callable[..., Any]
) -> None:
    run = trained(beta=50, latent_dim=2)
    with application.state.database.write() as session:
        evaluations.append(session, run, replace(evaluation(40, kl=0.0), active_units=0))
    (finding,) = holds("/api/runs/{run_id}/diagnosis", run_id=run)["findings"]
    assert finding["evidence"]["values"]
    assert finding["sibling"].startswith("/runs/new?from=")
    assert holds("/api/runs/{run_id}/diagnosis", run_id=trained(model="ae"))["findings"] == []
    holds("/api/runs/{run_id}/diagnosis", 404, run_id=999)


def test_a_report_and_its_xray(holds: Holds, trained: Trained, report: Report) -> None:
    examined, plain = trained(report), trained(replace(report, bound=None, surgery=None), model="ae")
    for run in (examined, plain):
        whole = holds("/api/runs/{run_id}/report", run_id=run)
        xray = holds("/api/runs/{run_id}/xray", run_id=run)
        assert (xray["run"], xray["xray"]) == (run, whole["xray"])
    for path in ("/api/runs/{run_id}/report", "/api/runs/{run_id}/xray"):
        holds(path, 404, run_id=trained())


@pytest.mark.parametrize("config", [{}, {"beta": 1000}, {"dataset": "mnist"}, {"model": "ae"}])
def test_a_preflight(holds: Holds, config: dict[str, Any]) -> None:
    holds("/api/preflight", body={"config": config})


def test_a_refused_preflight(holds: Holds) -> None:
    assert holds("/api/preflight", 422, {"config": {"latent_dim": 0}})["errors"][0]["field"] == "latent_dim"


@pytest.mark.parametrize(
    "question",
    [
        {"recipe": "pytorch-vae"},
        {"loss": {"error": "bce", "pixels": "mean", "kl_weight": 10_000}},
        {"loss": {"error": "mse", "kl_weight": 0}, "dataset": "digits"},
    ],
)
def test_a_translation(holds: Holds, question: dict[str, Any]) -> None:
    holds("/api/translate", body=question)


def test_a_refused_translation(holds: Holds) -> None:
    assert holds("/api/translate", 422, {"recipe": "nope"})["errors"][0]["field"] == "recipe"


def test_the_configuration_and_the_presets(holds: Holds) -> None:
    described = holds("/api/config")
    assert "likelihood" in described["schema"]["properties"]
    assert "digits-demo" in [preset["name"] for preset in described["presets"]]
