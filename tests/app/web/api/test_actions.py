import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

Launch = Callable[..., dict[str, Any]]


def _said(answer: Any) -> str:
    return answer.json()["errors"][0]["message"]


def test_pause_resume_and_stop_answer_with_the_run(client: TestClient, launch: Launch, become: Any) -> None:
    run = launch()["id"]
    refused = client.post(f"/api/runs/{run}/pause")
    assert (refused.status_code, _said(refused)) == (
        409,
        f"Run {run} is queued, so it cannot pause: it has not begun: stop it to take it from the queue.",
    )
    become(run, status="running", attempt=1)
    assert client.post(f"/api/runs/{run}/pause").json()["requested"] == "pause"
    become(run, status="paused", step=5)
    resumed = client.post(f"/api/runs/{run}/resume").json()
    assert (resumed["status"], resumed["requested"], resumed["step"]) == ("queued", "run", 5)
    assert client.post(f"/api/runs/{run}/stop").json()["status"] == "stopped"


@pytest.mark.parametrize(
    ("status", "why"),
    [("finished", "it has done all its steps; extend it to train on"), ("diverged", "it would diverge again")],
)
def test_a_run_that_cannot_resume_says_why(
    client: TestClient, launch: Launch, become: Any, status: str, why: str
) -> None:
    run = launch()["id"]
    become(run, status=status)
    refused = client.post(f"/api/runs/{run}/resume")
    assert refused.status_code == 409
    assert why in _said(refused)


def test_a_running_run_is_not_deleted(client: TestClient, launch: Launch, become: Any) -> None:
    run = launch()["id"]
    become(run, status="running")
    refused = client.delete(f"/api/runs/{run}")
    assert (refused.status_code, _said(refused)) == (409, f"Run {run} is running: stop it first.")


def test_a_finished_run_is_extended(client: TestClient, launch: Launch, become: Any) -> None:
    run = launch(max_steps=50)["id"]
    become(run, status="finished", step=50)
    longer = client.post(f"/api/runs/{run}/extend", json={"max_steps": 80}).json()
    assert (longer["status"], longer["total_steps"], longer["config"]["max_steps"]) == ("queued", 80, 80)
    become(run, status="finished", step=80)
    assert client.post(f"/api/runs/{run}/extend", json={"max_steps": 80}).status_code == 409
    refused = client.post(f"/api/runs/{run}/extend", json={"max_steps": 0})
    assert (refused.status_code, _said(refused)) == (422, "max_steps must be at least 1, not 0")
    assert client.post(f"/api/runs/{run}/extend", json={"steps": 3}).status_code == 422


def test_a_clone_and_a_fork_are_new_runs(client: TestClient, launch: Launch, become: Any) -> None:
    run = launch(beta=2)["id"]
    clone = client.post(f"/api/runs/{run}/clone", json={"config": {"latent_dim": 3}, "name": "dolly"})
    assert clone.status_code == 201
    told = clone.json()
    assert (told["name"], told["config"]["beta"], told["config"]["latent_dim"]) == ("dolly", 2, 3)
    assert client.post(f"/api/runs/{run}/fork", json={}).status_code == 409
    become(run, status="finished", step=50)
    fork = client.post(f"/api/runs/{run}/fork", json={"config": {"likelihood": "gaussian"}, "step": 20}).json()
    assert (fork["parent_id"], fork["parent_step"], fork["config"]["likelihood"]) == (run, 20, "gaussian")
    refused = client.post(f"/api/runs/{run}/clone", json={"config": {"beta": -1}})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "beta")


@pytest.mark.parametrize("action", ["stop", "pause", "resume", "clone", "fork", "extend"])
def test_no_action_on_a_run_that_is_not_there(client: TestClient, action: str) -> None:
    assert client.post(f"/api/runs/99/{action}", json={"max_steps": 9} if action == "extend" else {}).status_code == 404
    assert client.post("/api/runs/1/explode").status_code == 422


def test_the_buttons_of_a_page_follow_the_state(client: TestClient, launch: Launch, become: Any) -> None:
    run = launch(max_steps=50)["id"]
    shown = {
        "queued": {"stop"},
        "running": {"pause", "stop"},
        "paused": {"resume", "stop", "extend"},
        "stopped": {"resume", "delete", "extend"},
        "interrupted": {"resume", "delete"},
        "finished": {"delete", "extend"},
        "diverged": {"delete"},
    }
    for status, buttons in shown.items():
        become(run, status=status)
        page = client.get(f"/runs/{run}").text
        every = {"pause", "resume", "stop", "delete", "extend"}
        assert {name for name in every if f'action="/runs/{run}/{name}"' in page} == buttons, status


def test_the_buttons_do_what_the_api_does_and_return_to_the_page(
    client: TestClient, launch: Launch, become: Any
) -> None:
    run = launch(max_steps=50)["id"]
    become(run, status="running", step=20)
    for action, requested in (("pause", "pause"), ("stop", "stop"), ("stop", "kill")):
        answer = client.post(f"/runs/{run}/{action}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/runs/{run}")
        assert client.get(f"/api/runs/{run}").json()["requested"] == requested
    become(run, status="finished", step=50)
    assert client.post(f"/runs/{run}/resume").status_code == 303  # it has just ended: no error on a page
    assert client.post(f"/runs/{run}/extend", data={"steps": "30"}).status_code == 303
    assert client.get(f"/api/runs/{run}").json()["total_steps"] == 80


def test_checked_runs_are_asked_together_and_each_refusal_is_named(
    client: TestClient, launch: Launch, become: Any
) -> None:
    one, two, three = (launch()["id"] for _ in range(3))
    become(one, status="running")
    become(two, status="finished", name="<done>")
    answer = client.post(
        "/runs/chosen?sort=name&columns=status", data={"action": "stop", "run": [str(one), str(two), "99"]}
    )
    page = answer.text
    assert answer.status_code == 409
    assert "Could not stop 2 of 3 runs" in page
    assert f"&lt;done&gt;</a>: Run {two} has already ended: it is finished." in page
    assert "There is no run 99." in page
    assert [f'value="{run}" aria-label' in page for run in (one, two, three)] == [True] * 3
    assert re.findall(r'name="run" value="(\d+)"[^>]* checked', page) == [str(two), str(one)]  # by name
    assert 'aria-sort="ascending"' in page
    assert client.get(f"/api/runs/{one}").json()["requested"] == "stop"
    assert client.get(f"/api/runs/{three}").json()["requested"] == "run"


def test_checked_runs_are_deleted_and_brought_back(client: TestClient, launch: Launch, become: Any) -> None:
    ended = [launch()["id"] for _ in range(2)]
    live = launch()["id"]
    for run in ended:
        become(run, status="stopped")
    delete = {"action": "delete", "run": [str(run) for run in ended]}
    answer = client.post("/runs/chosen?q=-&limit=3&after=WzksIDld", data=delete)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/runs?q=-&limit=3&after=WzksIDld&undo=1&undo=2"
    page = client.get(answer.headers["location"]).text
    assert "Deleted 2 runs." in page
    assert page.count('type="hidden" name="run"') == 2
    answer = client.post("/runs/chosen?q=-&undo=1&undo=2", data={"action": "restore", "run": ["1", "2"]})
    assert answer.headers["location"] == "/runs?q=-"
    assert client.get("/api/runs").json()["total"] == 3

    answer = client.post("/runs/chosen", data={"action": "delete", "run": ["1", str(live)]})
    assert answer.status_code == 409
    assert f"Run {live} is queued: stop it first." in answer.text
    assert "Deleted" in answer.text  # the other one is, and may come back
    shown = client.get("/runs", params={"deleted": "true"}).text
    assert ('<tr data-run="1">' in shown, ">Restore<" in shown, ">Delete<" in shown) == (True, True, False)


@pytest.mark.parametrize(
    "data", [{"action": "stop"}, {"run": "1"}, {"action": "explode", "run": "1"}, {"action": "stop", "run": "x"}]
)
def test_a_form_that_says_not_what_to_do_or_to_which_run_is_refused(
    client: TestClient, launch: Launch, data: dict[str, str]
) -> None:
    launch()
    answer = client.post("/runs/chosen", data=data)
    assert answer.status_code == 422
    assert "Traceback" not in answer.text
