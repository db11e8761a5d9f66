"""Another process holds the database for a while: `python -m tests.faults.locked 10`."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic

from tests.faults.calm import CONFIG, STEPS, calm_weights, final_weights, losses
from tests.server import Server, wait_until


def endure(data: Path, seconds: float) -> str:
    """Lock out a server and a run that is under way. Reads go on, a write waits, nothing is lost or doubled."""
    server = Server(data)
    try:
        (run,) = (run["id"] for run in server.launch(config=CONFIG))
        wait_until(lambda: server.api.get(f"/api/runs/{run}").json()["step"] > 100)
        command = [sys.executable, "-m", "tests.faults.holder", str(data / "elboard.sqlite")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            before = losses(server, run)
            answers = []

            def write() -> None:
                answers.append(server.api.patch(f"/api/runs/{run}", json={"notes": "written meanwhile"}))

            writer = Thread(target=write)
            writer.start()
            until = monotonic() + seconds
            while monotonic() < until:
                assert server.api.get(f"/runs/{run}").status_code == 200
                assert losses(server, run) == before
            assert not answers
        writer.join()
        assert answers[0].status_code == 200, answers[0].text
        ended = wait_until(lambda: (row := server.api.get(f"/api/runs/{run}").json())["finished_at"] and row)
        assert (ended["status"], ended["attempt"], ended["notes"]) == ("finished", 1, "written meanwhile"), ended
        after = losses(server, run)
        assert before.items() <= after.items()
        assert list(after) == list(range(1, STEPS + 1))
        return final_weights(data, run)
    finally:
        server.stop()


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        disturbed, calm = endure(Path(folder) / "data", float(sys.argv[1])), calm_weights(Path(folder) / "calm")
    print(f"locked for {sys.argv[1]} s: {'the weights of a calm run' if disturbed == calm else 'OTHER WEIGHTS'}")
    sys.exit(disturbed != calm)
