from pathlib import Path

from app.jobs.logs import TAIL_BYTES, tail


def test_a_log_is_read_from_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    assert tail(log, 3) == []
    log.write_bytes(b"".join(b"line %d\n" % n for n in range(20_000)) + b"caf\xe9\n")
    assert tail(log, 2) == ["line 19999", "caf\N{REPLACEMENT CHARACTER}"]
    assert sum(len(line) + 1 for line in tail(log, 10**6)) <= TAIL_BYTES + 1
