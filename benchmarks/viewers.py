"""Many readers of the event stream in one process: `python -m benchmarks.viewers PORT COUNT RUN`, until a line comes.

Says `ready` when all are connected; in the end, as JSON, which steps of the run they heard of and when, and the last
one that each heard of.
"""

import asyncio
import json
import sys
from time import time


async def main() -> None:
    """Connect, wait for the line, tell."""
    port, count, run = map(int, sys.argv[1:])
    heard: list[tuple[int, float]] = []
    last = [0] * count
    connected = [asyncio.Event() for _ in range(count)]
    readers = [asyncio.create_task(read(port, run, i, connected[i], heard, last)) for i in range(count)]
    await asyncio.gather(*(event.wait() for event in connected))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.sleep(1)  # the last steps are on their way
    for reader in readers:
        reader.cancel()
    print(json.dumps({"heard": heard, "last": last}))


async def read(
    port: int, run: int, viewer: int, connected: asyncio.Event, heard: list[tuple[int, float]], last: list[int]
) -> None:
    """One connection; only the frames of one run are looked into, so that reading costs little."""
    stream, sending = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    sending.write(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    marks = f'"run":{run},'.encode(), f'"run":{run}}}'.encode()
    while line := await stream.readline():
        if line.startswith(b"event: hello"):
            connected.set()
        if line.startswith(b'data: {"step":[') and any(mark in line for mark in marks):
            points = json.loads(line.removeprefix(b"data: "))
            heard += [(step, time()) for step in points["step"]]
            assert not last[viewer] or points["step"][0] == last[viewer] + 1, "a step is missing"
            last[viewer] = points["step"][-1]


if __name__ == "__main__":
    asyncio.run(main())
