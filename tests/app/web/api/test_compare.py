"""A comparison as a program asks for it."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from vae_core.report import Report, Scores

Trained = Callable[..., int]


def test_a_comparison_of_examined_runs_has_their_yardsticks(
    client: TestClient, trained: Trained, report: Report
) -> None:
    pair = f"{trained(report)},{trained(report, latent_dim=3)}"
    compared = client.get("/api/compare", params={"runs": pair}).json()
    values = {row["quantity"]: row["values"] for row in compared["yardsticks"]}
    assert values["log_px"] == [-98.5, -98.5]
    assert values["accuracy"] == [0.912, 0.912]


def test_comparison_says_what_is_comparable(client: TestClient, trained: Trained) -> None:
    bce, mse = trained(), trained(likelihood="gaussian")
    compared = client.get("/api/compare", params={"runs": f"{bce},{mse}"}).json()
    comparable = {verdict["quantity"]: verdict["comparable"] for verdict in compared["verdicts"]}
    assert comparable["kl"]
    assert not comparable["reconstruction"]
    assert "likelihood" in {row["field"] for row in compared["differences"] if row["differs"]}


def test_a_comparison_is_paired_against_the_baseline(
    client: TestClient, trained: Trained, report: Report, scores: Callable[..., Scores]
) -> None:
    runs = [trained(report, scores(mse=mse), seed=seed) for seed, mse in enumerate((0.03, 0.01, 0.02))]
    query: dict[str, str | int] = {"runs": ",".join(map(str, runs)), "base": runs[2], "by": "mse_per_pixel"}
    compared = client.get("/api/compare", params=query).json()
    rows = {row["quantity"]: row for row in compared["yardsticks"] + compared["readings"]}
    gaps = rows["mse_per_pixel"]["gaps"]
    assert compared["base"] == runs[2]
    assert "differ in the seed alone: squared error 0.0100 a pixel over 3 seeds" in compared["headline"]
    assert [gap and gap["difference"] for gap in gaps] == [pytest.approx(0.01), pytest.approx(-0.01), None]
    assert [gap and gap["share"] for gap in gaps] == [pytest.approx(0.5), pytest.approx(-0.5), None]
    assert rows["mse_per_pixel"]["best"] == 1
    assert rows["gaussian_fitted"]["best"] is None  # equal
    assert compared["images"]["by"] == "mse_per_pixel"
    assert compared["images"]["classes"][-1] == {"name": "all", "images": 10, "won": [0, 10, 0]}
    assert compared["images"]["contrasts"][0]["image"] == 9


@pytest.mark.parametrize(("name", "value"), [("base", "99"), ("base", "one"), ("by", "luck")])
def test_comparisons_against_nonsense_name_it(client: TestClient, trained: Trained, name: str, value: str) -> None:
    answer = client.get("/api/compare", params={"runs": f"{trained()},{trained()}", name: value})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, name)
    assert value in error["message"]


@pytest.mark.parametrize("runs", ["", "1", "1,1", "1,x", "0,1", ",".join(map(str, range(1, 11)))])
def test_comparisons_of_nonsense_are_refused(client: TestClient, runs: str) -> None:
    answer = client.get("/api/compare", params={"runs": runs})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "runs"
