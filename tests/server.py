"""A real server process, and waiting for states instead of times."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import httpx2 as httpx

from tests import processes

STOPS = 120  # seconds that a server has to end, on a machine that is busy
NO_NETWORK = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "ELBOARD_DATASETS": ""}


class Server:
    """`elboard serve` as people start it, on a free port."""

    def __init__(
        self,
        data: Path,
        port: int = 0,
        env: Mapping[str, str] = NO_NETWORK,
        limits: Sequence[str] = (),  # a command that runs the rest under some, such as prlimit
        auth: bool = False,
        folder: Path | None = None,  # the working directory, which `-P` keeps out of the search path as a script does
    ):
        processes.watch()
        python = [sys.executable, "-P"] if folder else [sys.executable]
        serve = ["-m", "elboard", "serve", "--port", str(port), "--data", str(data), *["--no-auth"] * (not auth)]
        self.process = subprocess.Popen(
            [*limits, *python, *serve],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **env},
        )
        assert self.process.stdout is not None
        first = self.process.stdout.readline()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", first), first + self.process.stdout.read()
        self.data = data
        self.url = first.strip()
        self.port = int(self.url.rsplit(":", 1)[1])
        self.api = httpx.Client(base_url=self.url, trust_env=False, timeout=30, headers=self._credentials())

    def _credentials(self) -> dict[str, str]:
        token = self.data / "token"
        return {"Authorization": f"Bearer {token.read_text().strip()}"} if token.exists() else {}

    def stop(self) -> int:
        self.api.close()
        self.process.terminate()
        code = self.process.wait(STOPS)
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        """SIGKILL: it has no chance to say anything."""
        self.api.close()
        self.process.kill()
        self.process.wait(STOPS)
        self.process.stdout.close()

    def launch(self, **body: Any) -> list[dict[str, Any]]:
        answer = self.api.post("/api/runs", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["runs"]

    def stop_run(self, run: int) -> None:
        self.api.post(f"/api/runs/{run}/stop")


def wait_until(holds: Callable[[], Any], seconds: float = 120) -> Any:
    """Wait for a state, not for a time. Returns its value; raises `AssertionError` when it does not come."""
    pause = Event()
    for _ in range(int(seconds / 0.05)):
        if found := holds():
            return found
        pause.wait(0.05)
    raise AssertionError("the state did not come")
