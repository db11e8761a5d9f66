"""Runs as processes of this machine: detached, each with its log file, and one warm spare for the next start."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen

import psutil

from app.database.tables import RunRow
from app.jobs.executor import JOB, Handle, Job
from app.jobs.logs import tail
from app.settings import Settings

LAST_LINES = 20  # of a log, among which one says why its process ended
NICE = 5  # a third of the weight of other processes, where all want the same core
CLOCK_SLACK_S = 2.0  # a process's create time moves with the clock it is counted from

Worker = Popen[bytes]


class LocalExecutor:
    """Starts workers in sessions of their own, so that they outlive the server.

    A worker needs seconds to import torch. The spare has done so and waits for its job on standard input, where it
    sees the end of the file, and ends, when its server dies.
    """

    def __init__(self, settings: Settings):
        self._settings = settings
        self._spare: Worker | None = None
        self._children: dict[int, Worker] = {}

    def prepare(self) -> None:
        """Start a spare where there is none."""
        if self._spare is None:
            self._spare = self._spawn(log=None)

    def start(self, run: RunRow) -> Handle:
        """Hand the run to the spare, or to a fresh worker."""
        log = self._settings.log_path(run.id)
        log.parent.mkdir(parents=True, exist_ok=True)
        job = Job(run.id, run.attempt, log, self._settings)
        worker = self._hand_job(self._spare, job) or self._hand_job(self._spawn(log), job)
        self._spare = None
        if worker is None:
            raise OSError(_last_line(log) or "a worker ended before it had a job")
        self._children[worker.pid] = worker
        return handle_of(worker.pid)

    def is_alive(self, handle: Handle) -> bool:
        """By process number and create time, since numbers are used again; a child that has ended is reaped."""
        child = self._children.get(handle["pid"])
        if child is not None:
            return child.poll() is None
        process = _find(handle)
        return process is not None and process.status() != psutil.STATUS_ZOMBIE

    def kill(self, handle: Handle) -> None:
        """SIGKILL."""
        process = _find(handle)
        if process is not None:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def exit_reason(self, run: RunRow) -> str:
        """How the process exited, where it was our child, and the last line of its log."""
        child = self._children.pop((run.handle or {}).get("pid", 0), None)
        line = _last_line(self._settings.log_path(run.id))
        return f"The process {_exit(child)}{': ' + line if line else '.'}"

    def close(self) -> None:
        """End the spare."""
        if self._spare is not None:
            self._spare.terminate()
            self._spare.communicate()  # the end of its input, for one that just rehearses
            self._spare = None

    def _spawn(self, log: Path | None) -> Worker:
        """A worker that imports from where its server did; `-P` keeps its working directory out of that.

        It works in the root, since the folder where the server was started may be deleted.
        """
        search_path = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path)
        with Path(log or os.devnull).open("ab") as output:
            worker = Popen(
                [sys.executable, "-P", "-m", "app.worker"],
                stdin=PIPE,
                stdout=output,
                stderr=STDOUT,
                start_new_session=True,
                cwd="/",
                env={**os.environ, "PYTHONPATH": search_path},
            )
        _give_way(worker.pid)
        return worker

    @staticmethod
    def _hand_job(worker: Worker | None, job: Job) -> Worker | None:
        """The worker once it has its job; None when there is none that lives."""
        if worker is None or worker.poll() is not None or worker.stdin is None:
            return None
        try:
            with worker.stdin as line:
                line.write(JOB.dump_json(job) + b"\n")
        except BrokenPipeError:
            return None
        return worker


def _give_way(pid: int) -> None:
    """Let the pages, and whoever works on this machine, have the cores first: training takes what they leave."""
    nice = min(os.getpriority(os.PRIO_PROCESS, 0) + NICE, 19)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, nice)
        Path(f"/proc/{pid}/autogroup").write_text(str(nice))  # Linux weighs whole sessions, and it leads its own


def handle_of(pid: int) -> Handle:
    """What finds a living process of this machine again."""
    return {"pid": pid, "create_time": psutil.Process(pid).create_time()}


def _find(handle: Handle) -> psutil.Process | None:
    """The process that a handle means, unless its number has gone to another."""
    try:
        process = psutil.Process(handle["pid"])
        return process if abs(process.create_time() - handle["create_time"]) < CLOCK_SLACK_S else None
    except psutil.NoSuchProcess:
        return None


def _exit(child: Worker | None) -> str:
    code = child.poll() if child is not None else None
    if code is None:
        return "ended without a result"
    if code >= 0:
        return f"ended with exit code {code}"
    name = signal.Signals(-code).name
    return f"was killed by {name}" + (", perhaps because memory ran out" if name == "SIGKILL" else "")


def _last_line(log: Path) -> str:
    """The last line of a log file that is not blank; '' when there is none."""
    return next((line.strip() for line in reversed(tail(log, LAST_LINES)) if line.strip()), "")
