"""A run as one PyTorch file that needs nothing of ours: data, networks, likelihood, loss and loop. Pure, no torch.

Only what the configuration needs is written. The parts, in `parts`, say once more what `vae_core` does, for a reader
who has nothing else; a test holds the terms of both against each other.
"""

import ast
import builtins
import math
import re
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from textwrap import fill

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.export.layers import ACTIVATIONS, write_layer
from app.text.quantities import decoder
from vae_core.config.families import OBJECTIVES
from vae_core.config.train_config import TrainConfig
from vae_core.datasets.facts import FACTS
from vae_core.datasets.files import DIGESTS
from vae_core.datasets.mirrors import MIRRORS
from vae_core.theory.convention import implied
from vae_core.theory.layers import decoder_layers, encoder_layers

STEPS = 100  # that a script reproduces by default, and of which it knows the run's own terms
WIDTH = 116  # of the docstring's first lines, less its quotes
STEM = "train-images-idx3-ubyte"
DEVICES = {
    "auto": '"cuda" if torch.cuda.is_available() else "cpu"',
    "cpu": '"cpu"',
    "cuda": '"cuda"',
}
OPTIMIZERS = {  # in the forms that `vae_core.training.train` takes
    "adam": ("Adam", "fused"),
    "adamw": ("AdamW", "fused"),
    "rmsprop": ("RMSprop", "foreach"),
    "adagrad": ("Adagrad", "fused"),
    "sgd": ("SGD", "fused"),
}
IMPORTS = {  # the name that a part uses, and where it comes from
    "gzip": "import gzip",
    "hashlib": "import hashlib",
    "os": "import os",
    "sys": "import sys",
    "count": "from itertools import count",
    "Path": "from pathlib import Path",
    "urlopen": "from urllib.request import urlopen",
}
LIBRARIES = {
    "np": "import numpy as np",
    "torch": "import torch",
    "load_digits": "from sklearn.datasets import load_digits",
    "nn": "from torch import nn",
    "F": "from torch.nn import functional as F",
}

Terms = Sequence[float | None]


def script(config: TrainConfig, name: str, file_name: str, threads: int, stored: Sequence[Terms] = ()) -> str:
    """The file's text: `name` says whose it is, `stored` are the run's first reconstruction, kl and loss."""
    facts, variational = FACTS[config.dataset], config.model == "vae"
    scale = config.scale if config.family.scales else None
    varies = variational and config.beta_schedule != "constant"
    scale_name = "SIGMA" if config.family.letter == "σ" else "SCALE"
    context = {
        "config": config,
        "facts": facts,
        "version": version("elboard"),
        "torch": version("torch").partition("+")[0],
        "file_name": file_name,
        "threads": threads,
        "title": _title(config, name),
        "steps": min(STEPS, config.total_steps),
        "stored": _known(stored),
        "variational": variational,
        "scale": scale,
        "scale_name": scale_name,
        "log_scale": f"log_{scale_name.lower()}",
        "importance": OBJECTIVES[config.objective].importance,
        "varies": varies,
        "weighted": varies or (variational and config.beta != 1),
        "beta": "beta" if varies else "BETA",
        "amounts_to": _amounts_to(config),
        "grainy": config.dequantize or config.binarize == "dynamic",
        "activation": ACTIVATIONS[config.activation],
        "encoder": [write_layer(layer) for layer in encoder_layers(config, facts)],
        "decoder": [write_layer(layer) for layer in decoder_layers(config, facts)],
        "device": DEVICES[config.device],
        "optimizer": _optimizer(config),
        "stem": STEM,
        "digest": DIGESTS.get(config.dataset, {}).get(STEM),
        "mirrors": MIRRORS.get(config.dataset),
    }
    template = _parts().get_template("script.py.jinja")
    return _tidy(template.render(context, imports=_imports(template.render(context, imports=""))))


def _title(config: TrainConfig, name: str) -> str:
    """What the file is, fit for a docstring: a run's name may hold quotes, backslashes and whatever else was typed."""
    harmless = "".join(letter if letter.isprintable() and letter not in '\\"' else " " for letter in name)
    model = "a variational autoencoder" if config.model == "vae" else "a plain autoencoder"
    title = f"{harmless}: {model} of {FACTS[config.dataset].title} with p(x|z) = {decoder(config)}."
    return fill(title, WIDTH)


def _amounts_to(config: TrainConfig) -> str | None:
    """What means in the place of sums do to the KL's weight."""
    beta = implied(config).beta
    if beta is None or {config.reconstruction_reduction, config.kl_reduction} == {"sum"}:
        return None
    return f"Means instead of sums: up to a factor, the sums of both terms with the KL weighed by {beta:g}."


def _optimizer(config: TrainConfig) -> str:
    name, form = OPTIMIZERS[config.optimizer]
    decays = config.weight_decay or config.optimizer == "adamw"  # which decays by default
    decay = f", weight_decay={config.weight_decay}" if decays else ""
    return f"torch.optim.{name}(parameters, lr=LEARNING_RATE{decay}, {form}=True)"


def _known(stored: Sequence[Terms]) -> list[list[str]]:
    """The first steps with their terms as text, up to one that was not finite; a plain autoencoder's have no kl."""
    rows: list[list[str]] = []
    for reconstruction, kl, loss in stored[:STEPS]:
        if reconstruction is None or loss is None:
            break
        rows.append([f"{term:.9g}" for term in (reconstruction, kl, loss) if term is not None])
    return rows


def _imports(body: str) -> str:
    """What the names in this code need, the standard library first."""
    names = [node for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)]
    used = {node.id for node in names} - {node.id for node in names if isinstance(node.ctx, ast.Store)}
    ours = [line for name, line in IMPORTS.items() if name in used]
    maths = ", ".join(name for name in dir(math) if name in used and not hasattr(builtins, name))
    standard = sorted([*ours, *([f"from math import {maths}"] if maths else [])], key=_import_order)
    return "\n".join([*standard, "", *(line for name, line in LIBRARIES.items() if name in used)])


def _import_order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line


def _tidy(text: str) -> str:
    """Two empty lines above whatever is defined, and one line break at the end."""
    return re.sub(r"\n+(?=(def|class) )", "\n\n\n", text).rstrip() + "\n"


@cache
def _parts() -> Environment:
    return Environment(  # noqa: S701  what is made is Python, not HTML
        loader=FileSystemLoader(Path(__file__).parent / "parts"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
