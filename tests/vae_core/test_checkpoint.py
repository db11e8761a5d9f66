import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tests.vae_core.tape import Call, Disk, Folder, fill, held, taped
from vae_core.checkpoint import Checkpoints, best
from vae_core.events import Checkpoint


def _fingerprint(checkpoint: Checkpoint) -> str:
    return sha256(
        b"".join(name.encode() + value.tobytes() for name, value in sorted(checkpoint.arrays.items()))
    ).hexdigest()


@pytest.fixture
def tiny() -> Checkpoint:
    return Checkpoint(
        5,
        1.5,
        {"model.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "generator.noise": np.zeros(4, np.uint8)},
        evaluated=True,
    )


@pytest.fixture
def kept(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "checkpoints", "abc")


def _same(one: Checkpoint, other: Checkpoint) -> bool:
    return (one.step, one.seconds, _fingerprint(one)) == (other.step, other.seconds, _fingerprint(other))


def test_what_is_kept_comes_back(kept: Checkpoints, tiny: Checkpoint) -> None:
    assert kept.newest() is None
    kept.save(tiny)
    assert _same(kept.newest(), tiny)


def test_the_newest_two_and_the_best_are_kept(kept: Checkpoints, tiny: Checkpoint) -> None:
    for step, score in enumerate([-9.0, -2.0, -5.0, None, -3.0], start=1):
        kept.save(replace(tiny, step=step), score)
    assert kept.newest().step == 5
    assert sorted(path.stem for path in kept.folder.glob("*.json")) == ["000000002", "000000004", "000000005"]
    assert len(list(kept.folder.iterdir())) == 6


def _cut(path: Path, at: int) -> None:
    path.write_bytes(path.read_bytes()[:at])


def _cut_arrays(folder: Path, at: int) -> None:
    _cut(folder / "000000006.safetensors", at)


def _flip(folder: Path, at: int) -> None:
    path = folder / "000000006.safetensors"
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1 << (at % 8)
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    **{f"cut at {at}": partial(_cut_arrays, at=at) for at in (0, 1, 7, 8, 50, 90, -1)},
    **{f"bit {at} flipped": partial(_flip, at=at) for at in range(0, 200, 7)},
    "no description": lambda folder: (folder / "000000006.json").unlink(),
    "an empty description": lambda folder: _cut(folder / "000000006.json", 0),
    "half a description": lambda folder: _cut(folder / "000000006.json", 40),
    "no arrays": lambda folder: (folder / "000000006.safetensors").unlink(),
    "arrays of another step": lambda folder: (folder / "000000005.safetensors").replace(
        folder / "000000006.safetensors"
    ),
    "another's description": lambda folder: (folder / "000000006.json").write_bytes(
        (folder / "000000005.json").read_bytes()
    ),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_checkpoint_falls_back_to_the_one_before_and_is_named(
    kept: Checkpoints, tiny: Checkpoint, damage: Callable[[Path], object]
) -> None:
    kept.save(tiny)
    kept.save(replace(tiny, step=6, arrays={"model.weight": np.ones((2, 3), np.float32)}))
    intact = {path.name: path.read_bytes() for path in kept.folder.iterdir() if path.stem == "000000005"}
    damage(kept.folder)
    sentences: list[str] = []
    if all((kept.folder / name).exists() for name in intact):
        assert _same(kept.newest(damaged=sentences.append), tiny)
    else:
        assert kept.newest(damaged=sentences.append) is None
    assert bool(sentences) == (kept.folder / "000000006.json").exists()  # without one, it was never whole
    assert all("step 6" in line for line in sentences[:1])


def test_a_checkpoint_of_another_configuration_is_not_used(kept: Checkpoints, tiny: Checkpoint) -> None:
    kept.save(tiny)
    sentences: list[str] = []
    assert Checkpoints(kept.folder, "another").newest(damaged=sentences.append) is None
    assert sentences == ["The checkpoint of step 5 belongs to another configuration."]


@pytest.fixture
def saving(kept: Checkpoints, tiny: Checkpoint) -> tuple[Folder, list[Call]]:
    """The folder before the checkpoint of step 7 is saved to those of 5 and 6, and the calls that save it."""
    kept.save(tiny)
    kept.save(replace(tiny, step=6))
    before = held(kept.folder)
    with taped(kept.folder) as calls:
        kept.save(replace(tiny, step=7))
    return before, calls


def _listed(kept: Checkpoints) -> list[int]:
    """Every step that has a description, after a look at whether it can be loaded."""
    steps = sorted(int(path.stem) for path in kept.folder.glob("*.json") if path.stem.isdigit())
    return [kept.load(step).step for step in steps]


def test_a_kill_between_any_two_calls_leaves_the_old_or_the_new_checkpoint(
    kept: Checkpoints, tiny: Checkpoint, saving: tuple[Folder, list[Call]]
) -> None:
    before, calls = saving
    disk, newest = Disk(before), []
    for call in [Call("begin"), *calls]:
        disk.play(call)
        fill(kept.folder, disk.killed())
        listed = _listed(kept)
        assert listed in ([5, 6], [5, 6, 7], [6, 7])
        newest.append(kept.newest().step)
        assert newest[-1] == listed[-1]

        kept.save(replace(tiny, step=8))  # what the crash left half done is gone
        assert sorted(held(kept.folder)) == [
            f"{step:09}.{ending}" for step in (listed[-1], 8) for ending in ("json", "safetensors")
        ]
    assert newest == sorted(newest)
    assert (newest[0], newest[-1]) == (6, 7)


def _survives_power_cuts(kept: Checkpoints, before: Folder, calls: list[Call]) -> bool:
    """Whether a cut at any time leaves two sound checkpoints, no broken one that is newer, and what was saved."""
    disk = Disk(before)
    for number, call in enumerate(calls, start=1):
        disk.play(call)
        for folder in disk.unplugged():
            fill(kept.folder, folder)
            sentences: list[str] = []
            newest = kept.newest(damaged=sentences.append)
            second = newest and kept.newest(at_most=newest.step - 1, damaged=sentences.append)
            if sentences or second is None or (number == len(calls) and newest.step != 7):
                return False
    return True


def test_a_power_cut_at_any_time_leaves_the_old_or_the_new_checkpoint(
    kept: Checkpoints, saving: tuple[Folder, list[Call]]
) -> None:
    before, calls = saving
    assert _survives_power_cuts(kept, before, calls)


@pytest.mark.parametrize("nth", range(4))
def test_every_sync_is_needed(kept: Checkpoints, saving: tuple[Folder, list[Call]], nth: int) -> None:
    """Of the arrays, their name, the description, its name: the tape shows what a power cut breaks without it."""
    before, calls = saving
    without = [call for call in calls if call.kind == "sync"][nth]
    assert not _survives_power_cuts(kept, before, [call for call in calls if call is not without])


def test_the_tape_tells_what_happened(kept: Checkpoints, saving: tuple[Folder, list[Call]]) -> None:
    before, calls = saving
    disk = Disk(before)
    for call in calls:
        disk.play(call)
    assert disk.killed() == held(kept.folder)
    assert [call.kind for call in calls if call.kind != "write"] == ["open", "sync", "name", "sync"] * 2 + ["name"] * 2


def test_the_description_is_plain_json(kept: Checkpoints, tiny: Checkpoint) -> None:
    kept.save(tiny, score=-3.5)
    about = json.loads((kept.folder / "000000005.json").read_bytes())
    assert about["step"] == 5
    assert about["score"] == -3.5
    assert about["sha256"] == sha256((kept.folder / "000000005.safetensors").read_bytes()).hexdigest()


def test_the_weights_alone_bear_the_names_of_the_model(kept: Checkpoints, tiny: Checkpoint) -> None:
    kept.save(tiny)
    weights = safetensors.numpy.load(kept.weights(5))
    assert list(weights) == ["weight"]
    assert np.array_equal(weights["weight"], tiny.arrays["model.weight"])


def test_the_best_is_the_one_with_the_highest_score(kept: Checkpoints, tiny: Checkpoint) -> None:
    kept.save(replace(tiny, step=1))
    assert best(kept.all()) is None
    kept.save(replace(tiny, step=2), -3.0)
    kept.save(replace(tiny, step=3), -9.0)
    assert [(about.step, about.score) for about in kept.all()] == [(2, -3.0), (3, -9.0)]
    assert best(kept.all()) == 2
