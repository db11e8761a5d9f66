"""Pasted losses run for what they are: in PyTorch, and in a Keras that is a few lines of PyTorch."""

import ast
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributions import Independent, Normal, kl_divergence

M, SIDE, Z = 5, 28, 3
D = SIDE * SIDE
IMAGE_SHAPES = {"flat": (M, D), "torch": (M, 1, SIDE, SIDE), "keras": (M, SIDE, SIDE, 1)}


def keras() -> dict[str, Any]:
    """The few functions of Keras and TensorFlow that losses use, as their documentation says what they do."""

    def total(of: Tensor, axis: Any = None) -> Tensor:
        return of.sum() if axis is None else of.sum(axis)

    def average(of: Tensor, axis: Any = None) -> Tensor:
        return of.mean() if axis is None else of.mean(axis)

    losses = SimpleNamespace(
        binary_crossentropy=lambda y, p: F.binary_cross_entropy(p, y, reduction="none").mean(-1),
        mean_squared_error=lambda y, p: (p - y).square().mean(-1),
        MeanSquaredError=lambda: lambda y, p: (p - y).square().mean(),
    )
    backend = SimpleNamespace(
        sum=total, mean=average, reduce_sum=total, reduce_mean=average, square=torch.square, exp=torch.exp,
        flatten=torch.flatten, shape=lambda of: of.shape,
        binary_crossentropy=lambda y, p: F.binary_cross_entropy(p, y, reduction="none"),
        nn=SimpleNamespace(
            sigmoid_cross_entropy_with_logits=lambda labels, logits: F.binary_cross_entropy_with_logits(
                logits, labels, reduction="none"
            )
        ),
    )  # fmt: skip
    return {"K": backend, "tf": backend, "ops": backend, "keras": SimpleNamespace(losses=losses), "objectives": losses}


class Batch:
    """Random images, reconstructions and posteriors, and the two terms by which every loss is weighed."""

    def __init__(self, error: str, shape: str, seed: int = 1):
        made = torch.Generator().manual_seed(seed)
        draw = lambda *size: torch.rand(*size, generator=made, dtype=torch.float64)  # noqa: E731
        self.x, self.r = draw(*IMAGE_SHAPES[shape]), 0.05 + 0.9 * draw(*IMAGE_SHAPES[shape])
        self.mu, self.logvar = draw(M, Z) - 0.5, draw(M, Z) - 0.8
        error_of = {"bce": F.binary_cross_entropy, "sse": F.mse_loss, "l1": F.l1_loss}[error]
        self.error = error_of(self.r, self.x, reduction="sum").item() / M
        variance = torch.exp(self.logvar)
        self.kl = 0.5 * (self.mu.square() + variance - 1 - self.logvar).sum().item() / M

    def run(self, code: str, **values: float) -> float:
        """The value of the code, with every name that it may use. Only for the code in these tests."""
        std = torch.exp(0.5 * self.logvar)
        names = {
            **keras(), "torch": torch, "F": F, "nn": nn, "Normal": Normal, "Independent": Independent,
            "kl_divergence": kl_divergence,
            "logits": torch.logit(self.r), "batch_size": M, "original_dim": D, "kwargs": {"M_N": 0.25}, "std": std,
            **dict.fromkeys(("x", "data", "input", "true_images", "y_true"), self.x),
            **dict.fromkeys(("r", "recon_x", "recons", "decoded", "x_decoded", "reconstructed_images", "y_pred",
                             "recon_data"), self.r),
            **dict.fromkeys(("mu", "z_mean", "mean"), self.mu),
            **dict.fromkeys(("logvar", "log_var", "z_log_var", "z_logvar"), self.logvar),
            **values,
        }  # fmt: skip
        *before, last = ast.parse(code).body
        if isinstance(last, ast.Expr):
            (last,) = ast.parse(f"loss = {ast.unparse(last)}").body
        exec(compile(ast.Module([*before, last], []), "a paste", "exec"), names)  # noqa: S102
        if isinstance(last, ast.FunctionDef):
            value = names[last.name](*(names[one.arg] for one in last.args.args))
        elif isinstance(last, ast.AugAssign):
            value = names[ast.unparse(last.target)]
        else:
            assert isinstance(last, ast.Assign)
            value = names[ast.unparse(last.targets[0])]
        value = value["loss"] if isinstance(value, dict) else value[0] if isinstance(value, tuple) else value
        return value.mean().item()  # Keras averages what its loss functions return


@pytest.fixture
def batch() -> Callable[[str, str], Batch]:
    return Batch
