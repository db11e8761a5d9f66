import json
import os
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
import torch

from tests.vae_core.tape import Call, Disk, fill, held, taped
from vae_core.checkpoint import Checkpoints, load_weights, write_durably
from vae_core.datasets.facts import FACTS
from vae_core.events import Checkpoint, Diverged, Evaluation, StepTerms
from vae_core.training import OPTIMIZERS, train
from vae_core.vae import build_model

STEPS, CUT = 60, 37  # 23 steps an epoch: the cut is within the second


def _fingerprint(checkpoint: Checkpoint) -> str:
    return sha256(
        b"".join(name.encode() + value.tobytes() for name, value in sorted(checkpoint.arrays.items()))
    ).hexdigest()


def _columns(events) -> dict[str, np.ndarray]:
    blocks = [vars(event) for event in events if isinstance(event, StepTerms)]
    return {
        name: np.concatenate([block[name] for block in blocks]) for name in ("step", "reconstruction", "kl", "loss")
    }


def _last(kind, events):
    return [event for event in events if isinstance(event, kind)][-1]


EVERYTHING = [
    *({"optimizer": name} for name in OPTIMIZERS),
    {"dequantize": True, "likelihood": "continuous_bernoulli"},
    {"likelihood": "gaussian", "scale": "shared"},
    {"likelihood": "gaussian", "scale": "optimal"},
    {"objective": "dreg", "mc_samples": 2},
    {"objective": "beta_tcvae", "beta": 4, "beta_schedule": "cyclical", "warmup_steps": 5, "cycle_steps": 9},
    {"model": "ae", "architecture": "conv", "output_bias": "data_mean"},
]


@pytest.mark.parametrize("changes", EVERYTHING)
def test_a_resumed_run_ends_with_the_bits_of_one_that_never_stopped(small, digits, tmp_path, changes):
    config = small(max_steps=STEPS, checkpoint_every=CUT, evaluate_every=20, picture_every=STEPS, **changes)
    whole = list(train(config, digits))
    cut, end = (event for event in whole if isinstance(event, Checkpoint))
    assert (cut.step, end.step) == (CUT, STEPS)

    kept = Checkpoints(tmp_path, config.identity)
    kept.save(cut)
    resumed = list(train(config, digits, resume=kept.newest()))
    assert _fingerprint(_last(Checkpoint, resumed)) == _fingerprint(end)
    assert _last(Evaluation, resumed).reconstruction == _last(Evaluation, whole).reconstruction
    if config.model == "vae":
        before, after = _columns(whole), _columns(resumed)
        assert after["step"].tolist() == list(range(CUT + 1, STEPS + 1))
        assert all(np.array_equal(before[name][CUT:], after[name]) for name in before)


def test_asking_after_a_block_gives_a_checkpoint_of_its_last_step(small, digits):
    config = small(max_steps=200, evaluate_every=200, picture_every=200)
    events, event, answer = train(config, digits), None, None
    while not (isinstance(event, StepTerms) and event.step[-1] > 5):
        event = next(events)
    answer = events.send(True)
    assert isinstance(answer, Checkpoint)
    assert answer.step == event.step[-1] < 200
    whole, resumed = (_columns(train(config, digits, resume=start)) for start in (None, answer))
    assert np.array_equal(whole["loss"][answer.step :], resumed["loss"])


def test_a_finished_run_can_be_extended_as_if_it_had_always_been_longer(small, digits):
    short, long = (small(max_steps=steps, examine=False) for steps in (30, STEPS))
    resumed = list(train(long, digits, resume=_last(Checkpoint, train(short, digits))))
    assert _fingerprint(_last(Checkpoint, resumed)) == _fingerprint(_last(Checkpoint, train(long, digits)))
    assert short.identity == long.identity != small(beta=2).identity


def test_a_run_that_diverges_leaves_the_checkpoint_before(small, digits):
    config = small(learning_rate=10, likelihood="gaussian", sigma=0.001, optimizer="sgd", checkpoint_every=1)
    events = list(train(config, digits))
    assert isinstance(events[-1], Diverged)
    saved = [event.step for event in events if isinstance(event, Checkpoint)]
    assert saved == list(range(1, events[-1].step))


def test_weights_alone_fit_a_model_of_another_loss(small, digits):
    trained = _last(Checkpoint, train(small(), digits))
    model = build_model(small(likelihood="gaussian", scale="shared"), FACTS["digits"], seed=9)
    load_weights(trained, model)
    assert torch.equal(model.encoder[0].weight, torch.from_numpy(trained.arrays["model.encoder.0.weight"]))
    wider = build_model(small(likelihood="gaussian", scale="per_pixel"), FACTS["digits"], seed=9)
    last = wider.decoder[-1].weight.clone()
    load_weights(trained, wider)
    assert torch.equal(wider.decoder[0].weight, model.decoder[0].weight)
    assert torch.equal(wider.decoder[-1].weight, last)  # has another shape: stays as it was


@pytest.fixture
def tiny() -> Checkpoint:
    return Checkpoint(
        5, 1.5, {"model.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "generator.noise": np.zeros(4, np.uint8)}
    )


@pytest.fixture
def kept(tmp_path) -> Checkpoints:
    return Checkpoints(tmp_path / "checkpoints", "abc")


def _same(one: Checkpoint, other: Checkpoint) -> bool:
    return (one.step, one.seconds, _fingerprint(one)) == (other.step, other.seconds, _fingerprint(other))


def test_what_is_kept_comes_back(kept, tiny):
    assert kept.newest() is None
    kept.save(tiny)
    assert _same(kept.newest(), tiny)


def test_the_newest_two_and_the_best_are_kept(kept, tiny):
    for step, score in enumerate([-9.0, -2.0, -5.0, None, -3.0], start=1):
        kept.save(replace(tiny, step=step), score)
    assert kept.newest().step == 5
    assert sorted(path.stem for path in kept.folder.glob("*.json")) == ["000000002", "000000004", "000000005"]
    assert len(list(kept.folder.iterdir())) == 6


def _cut(path, at):
    path.write_bytes(path.read_bytes()[:at])


def _flip(path, at):
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1 << (at % 8)
    path.write_bytes(content)


DAMAGES = {
    **{
        f"cut at {at}": lambda folder, at=at: _cut(folder / "000000006.safetensors", at)
        for at in (0, 1, 7, 8, 50, 90, -1)
    },
    **{
        f"bit {at} flipped": lambda folder, at=at: _flip(folder / "000000006.safetensors", at)
        for at in range(0, 200, 7)
    },
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
def test_a_damaged_checkpoint_falls_back_to_the_one_before_and_is_named(kept, tiny, damage):
    kept.save(tiny)
    kept.save(replace(tiny, step=6, arrays={"model.weight": np.ones((2, 3), np.float32)}))
    intact = {path.name: path.read_bytes() for path in kept.folder.iterdir() if path.stem == "000000005"}
    damage(kept.folder)
    said: list[str] = []
    if all((kept.folder / name).exists() for name in intact):
        assert _same(kept.newest(damaged=said.append), tiny)
    else:
        assert kept.newest(damaged=said.append) is None
    assert bool(said) == (kept.folder / "000000006.json").exists()
    assert all("step 6" in line for line in said[:1])


def test_a_checkpoint_of_another_configuration_is_not_used(kept, tiny):
    kept.save(tiny)
    said: list[str] = []
    assert Checkpoints(kept.folder, "another").newest(damaged=said.append) is None
    assert said == ["The checkpoint of step 5 belongs to another configuration."]


@pytest.fixture
def saving(kept, tiny):
    """The folder before the checkpoint of step 7 is saved to those of 5 and 6, and the calls that save it."""
    kept.save(tiny)
    kept.save(replace(tiny, step=6))
    before = held(kept.folder)
    with taped(kept.folder) as calls:
        kept.save(replace(tiny, step=7))
    return before, calls


def _listed(kept) -> list[int]:
    """Every step that has a description, after a look at whether it can be loaded."""
    steps = sorted(int(path.stem) for path in kept.folder.glob("*.json"))
    return [kept.load(step).step for step in steps]


def test_a_kill_between_any_two_calls_leaves_the_old_or_the_new_checkpoint(kept, tiny, saving):
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


def _survives_power_cuts(kept, before, calls):
    """Whether a cut at any time leaves two sound checkpoints, no broken one that is newer, and what was saved."""
    disk = Disk(before)
    for number, call in enumerate(calls, start=1):
        disk.play(call)
        for folder in disk.unplugged():
            fill(kept.folder, folder)
            said: list[str] = []
            newest = kept.newest(damaged=said.append)
            second = newest and kept.newest(at_most=newest.step - 1, damaged=said.append)
            if said or second is None or (number == len(calls) and newest.step != 7):
                return False
    return True


def test_a_power_cut_at_any_time_leaves_the_old_or_the_new_checkpoint(kept, saving):
    before, calls = saving
    assert _survives_power_cuts(kept, before, calls)


@pytest.mark.parametrize("nth", range(4))
def test_every_sync_is_needed(kept, saving, nth):
    """Of the arrays, their name, the description, its name: the tape shows what a power cut breaks without it."""
    before, calls = saving
    without = [call for call in calls if call.kind == "sync"][nth]
    assert not _survives_power_cuts(kept, before, [call for call in calls if call is not without])


def test_the_tape_tells_what_happened(kept, saving):
    before, calls = saving
    disk = Disk(before)
    for call in calls:
        disk.play(call)
    assert disk.killed() == held(kept.folder)
    assert [call.kind for call in calls if call.kind != "write"] == ["open", "sync", "name", "sync"] * 2 + ["name"] * 2


def test_a_failing_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_durably(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"


def test_the_description_is_plain_json(kept, tiny):
    kept.save(tiny, score=-3.5)
    about = json.loads((kept.folder / "000000005.json").read_bytes())
    assert about["step"] == 5
    assert about["score"] == -3.5
    assert about["sha256"] == sha256((kept.folder / "000000005.safetensors").read_bytes()).hexdigest()
