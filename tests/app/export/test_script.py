"""The script of a run, executed where nothing of ours can be imported, against the run's own terms."""

import ast
import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from app.export.script import STEPS, script
from tests.vae_core.datasets.conftest import idx_bytes
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.files import DIGESTS
from vae_core.datasets.mirrors import MIRRORS
from vae_core.datasets.registry import load
from vae_core.events import StepTerms
from vae_core.training.train import train

SMALL: dict[str, Any] = {
    "hidden": (16,), "latent_dim": 3, "batch_size": 32, "max_steps": STEPS, "device": "cpu",
    "evaluate_every": STEPS, "picture_every": STEPS, "examine": False,
}  # fmt: skip
CB = {"likelihood": "continuous_bernoulli", "dequantize": True}
LOGISTIC = "discretized_logistic"
CONFIGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "warm": {
        "binarize": "dynamic", "beta": 2, "beta_schedule": "linear", "warmup_steps": 60, "output_bias": "data_mean",
    },
    "cycles": {"binarize": "static", "beta_schedule": "cyclical", "warmup_steps": 20, "cycle_steps": 40, "hidden": ()},
    "threshold": {"binarize": "threshold", "optimizer": "adamw", "weight_decay": 0.1, "activation": "softplus"},
    "cb": {**CB, "output_bias": "data_mean", "activation": "tanh", "optimizer": "rmsprop"},
    "cb-iwae": {**CB, "objective": "iwae", "mc_samples": 2, "importance_samples": 3},
    "means": {
        "likelihood": "gaussian", "sigma": 0.5, "reconstruction_reduction": "mean", "kl_reduction": "mean",
        "optimizer": "sgd", "learning_rate": 0.1, "grad_clip": 0.5, "seed": 3,
    },
    "shared": {"likelihood": "gaussian", "scale": "shared", "free_bits": 0.5, "mc_samples": 3, "batch_size": 100},
    "optimal": {"likelihood": "gaussian", "scale": "optimal", "output_bias": "data_mean", "hidden": (16, 8)},
    "conv": {
        "likelihood": "gaussian", "scale": "per_pixel", "architecture": "conv", "output_bias": "data_mean",
        "activation": "gelu", "batch_size": 16, "max_steps": 40,
    },
    "resnet": {"architecture": "resnet", "batch_size": 16, "max_steps": 30, "objective": "dreg"},
    "laplace": {"likelihood": "laplace", "sigma": 0.2, "objective": "mmd", "optimizer": "adagrad", "dequantize": True},
    "laplace-shared": {"likelihood": "laplace", "scale": "shared", "objective": "beta_tcvae", "beta": 4},
    "unsplit": {"objective": "beta_tcvae", "max_steps": 5},
    "laplace-optimal": {"likelihood": "laplace", "scale": "optimal", "model": "ae", "weight_decay": 0.01},
    "laplace-pixel": {"likelihood": "laplace", "scale": "per_pixel", "precision": "bfloat16", "grad_clip": 1},
    "student": {"likelihood": "student_t", "sigma": 0.2, "output_bias": "data_mean", "objective": "iwae", "nu": 3},
    "student-shared": {"likelihood": "student_t", "scale": "shared", "nu": 12.5, "dequantize": True},
    "student-pixel": {"likelihood": "student_t", "scale": "per_pixel", "output_bias": "data_mean", "beta": 2},
    "logistic": {"likelihood": LOGISTIC, "sigma": 0.1, "output_bias": "data_mean", "objective": "ciwae"},
    "logistic-shared": {"likelihood": LOGISTIC, "scale": "shared", "objective": "dreg", "sigma": 0.3},
    "logistic-pixel": {
        "likelihood": LOGISTIC, "scale": "per_pixel", "output_bias": "data_mean", "objective": "beta_tcvae",
        "beta": 3, "beta_schedule": "linear", "warmup_steps": 50,
    },
    "ae": {"model": "ae", "reconstruction_reduction": "mean", "precision": "bfloat16", "hidden": (8, 4)},
}  # fmt: skip
DRIVER = """
import contextlib, runpy, sys
from pathlib import Path
sys.modules |= {"app": None, "vae_core": None}  # an installed project cannot be imported either
for path in sorted(Path().glob("*.py")):
    with path.with_suffix(".txt").open("w") as told, contextlib.redirect_stdout(told):
        runpy.run_path(str(path), run_name="__main__")
"""

Table = NDArray[np.float64]


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def config_of(name: str) -> TrainConfig:
    return TrainConfig(**{**SMALL, **CONFIGS[name]})


@cache
def text_of(name: str) -> str:
    return script(config_of(name), name, f"{name}.py", 1)


def stored_terms(config: TrainConfig, folders: tuple[Path, ...] = (), cache: Path = Path()) -> Table:
    """The terms [steps, 3] or a plain autoencoder's [steps, 2] of a run, as its events bring them."""
    data = load(config.dataset, folders=folders, cache=cache, binarize=config.binarize)
    blocks = [event for event in train(config, data) if isinstance(event, StepTerms)]
    columns = [[getattr(block, name) for block in blocks] for name in ("reconstruction", "kl", "loss")]
    return np.array([np.concatenate(column) for column in columns if column[0] is not None]).T


def executed(folder: Path, **variables: str) -> dict[str, str]:
    """What every script in the folder prints, in one process that has no project; the text under the file's name."""
    command = [sys.executable, "-I", "-c", DRIVER]
    told = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return {path.stem: path.read_text() for path in folder.glob("*.txt")}


def printed(text: str) -> Table:
    return np.array([[float(word) for word in line.split()[1:]] for line in text.splitlines()[1:] if line[0].isdigit()])


def test_every_choice_that_a_person_has_is_among_them() -> None:
    chosen = [config_of(name) for name in CONFIGS]
    for field in TrainConfig.__dataclass_fields__.values():
        choices = {choice for choice in get_args(field.type) if isinstance(choice, str)}
        left = choices - {getattr(config, field.name) for config in chosen}
        assert field.name in {"dataset", "device"} or not left, f"{field.name}: {left}"


def test_the_scripts_give_the_terms_of_the_runs(tmp_path: Path) -> None:
    for name in CONFIGS:
        (tmp_path / f"{name}.py").write_text(text_of(name))
    told = executed(tmp_path)
    for name in CONFIGS:
        stored = stored_terms(config_of(name), cache=tmp_path)
        np.testing.assert_allclose(printed(told[name]), stored, rtol=1e-5, atol=0, err_msg=name)


def test_the_files_of_mnist_are_found_and_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.random.default_rng(0).integers(0, 256, (200, 28, 28), np.uint8)
    stems = {f"{split}-images-idx3-ubyte": images for split in ("train", "t10k")}
    stems |= {f"{split}-labels-idx1-ubyte": images[:, 0, 0] for split in ("train", "t10k")}
    contents = {stem: idx_bytes(array) for stem, array in stems.items()}
    monkeypatch.setitem(FACTS, "mnist", replace(FACTS["mnist"], train=200, test=200))
    monkeypatch.setitem(DIGESTS, "mnist", {stem: sha256(content).hexdigest() for stem, content in contents.items()})
    sound, damaged, here = (tmp_path / name for name in ("sound", "damaged", "here"))
    for folder in (sound / "mnist", damaged / "mnist", here):
        folder.mkdir(parents=True)
    for stem, content in contents.items():
        (sound / "mnist" / f"{stem}.gz").write_bytes(gzip.compress(content))
        (damaged / "mnist" / stem).write_bytes(content[:-1])
    monkeypatch.setitem(MIRRORS, "mnist", [(tmp_path / "nowhere").as_uri(), (sound / "mnist").as_uri()])
    for binarize in ("none", "static"):  # the first to run downloads, the second finds what that has kept
        config = TrainConfig(**{**SMALL, "dataset": "mnist", "binarize": binarize, "max_steps": 8})
        stored = stored_terms(config, (sound,), tmp_path / "cache")
        (here / f"{binarize}.py").write_text(script(config, "mnist", "mnist.py", 1, stored.tolist()))
    for text in executed(here, ELBOARD_DATASETS=f"{damaged}{os.pathsep}{tmp_path / 'nowhere'}").values():
        apart = float(text.splitlines()[-1].split()[-1].removesuffix("."))
        assert "the run's first 8 steps" in text
        assert apart < 1e-8  # of terms written with nine digits


@pytest.mark.parametrize("name", ['"""\nimport os\n"""', "\\", 'end"', "nul \0 byte", "long " * 24])
def test_no_name_of_a_run_gets_out_of_the_docstring(name: str) -> None:
    text = script(config_of("plain"), name, "plain.py", 1)
    assert ast.dump(ast.Module(ast.parse(text).body[1:], [])) == ast.dump(
        ast.Module(ast.parse(text_of("plain")).body[1:], [])
    )
    assert max(map(len, text.splitlines())) <= 120


def test_the_terms_of_a_run_are_compared_as_far_as_they_were_finite() -> None:
    stored = [(45.5, 0.25, 45.75), (44.0, 0.2, 44.2), (None, None, None), (1.0, 1.0, 2.0)]
    text = script(config_of("plain"), "plain", "plain.py", 1, stored)
    assert "    (45.5, 0.25, 45.75),\n    (44, 0.2, 44.2),\n]" in text
    assert "STORED" not in text_of("plain")


@pytest.mark.parametrize("name", CONFIGS)
def test_a_script_holds_what_it_needs_and_no_more(name: str) -> None:
    tree = ast.parse(text_of(name))
    bound = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {alias.asname or alias.name for alias in node.names}
            module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            assert module.split(".")[0] not in {"app", "vae_core"}
        elif isinstance(node, ast.Assign):
            bound |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert bound <= used
    assert max(map(len, text_of(name).splitlines())) <= 120
