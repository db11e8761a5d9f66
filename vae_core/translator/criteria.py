"""The loss functions of PyTorch and Keras, and the objects that are built to be called like them."""

import ast
from dataclasses import dataclass, replace
from functools import partial

from vae_core.translator.algebra import Polynomial, TooComplex, absolute, atom
from vae_core.translator.expressions import Arguments, BuiltLoss, Expressions
from vae_core.translator.patterns import elementwise, recognised
from vae_core.translator.syntax import last_name, refusal
from vae_core.translator.terms import Inner, Kind, Term
from vae_core.translator.vocabulary import ARGUMENTS, BACKENDS, LOSS_REDUCTIONS, REDUCTIONS

IGNORED = {"name", "dtype", "keepdims", "from_logits"}  # keywords that change no number


@dataclass(frozen=True)
class Criterion:
    """How two tensors are compared."""

    kind: Kind
    reduction: str  # sum, mean or none
    keras: bool  # it averages over the last axis before all else


def bound_arguments(node: ast.Call, arguments: Arguments, positional: int, *keywords: str) -> dict[str, ast.expr]:
    """The arguments by one name for all libraries: a, b or axis, and the keywords allowed. Raises `Refusal`."""
    names = ("a", keywords[0] if keywords and keywords[0] == "axis" else "b")[:positional]
    if len(arguments) > len(names) or any(isinstance(one, ast.Starred) for one in arguments):
        raise refusal(node, "has more arguments than are understood")
    bound = dict(zip(names, arguments, strict=False))
    for keyword in node.keywords:
        name = ARGUMENTS.get(keyword.arg or "**", keyword.arg or "**")
        if name not in {*names, *keywords, *IGNORED} or name in bound:
            raise refusal(node, f"has an argument that is not understood: {name}")
        bound[name] = keyword.value
    if "a" not in bound and positional:
        raise refusal(node, "is called without a tensor")
    return bound


def loss_function(kind: Kind, keras: bool, reader: Expressions, node: ast.Call, _: Arguments) -> Polynomial:
    """F.mse_loss(a, b, reduction=…) or keras.losses.mse(a, b)."""
    bound = bound_arguments(node, node.args, 2, *(() if keras else ("reduction", "size_average")))
    if "b" not in bound:
        raise refusal(node, "compares one tensor with nothing")
    if last_name(node.func) == "sigmoid_cross_entropy_with_logits" or (keras and _of_a_backend(node.func)):
        return _compared(reader, node, Criterion(kind, "none", keras=False), bound["a"], bound["b"])
    reduction = "none" if keras else _reduction_argument(node, bound)
    return _compared(reader, node, Criterion(kind, reduction, keras), bound["a"], bound["b"])


def _of_a_backend(function: ast.expr) -> bool:
    """K.binary_crossentropy, which unlike keras.losses.binary_crossentropy averages over nothing."""
    return isinstance(function, ast.Attribute) and last_name(function.value) in BACKENDS


def criterion(kind: Kind, keras: bool, _reader: Expressions, node: ast.Call, _: Arguments) -> BuiltLoss:
    """nn.MSELoss(reduction=…) or keras.losses.MeanSquaredError()."""
    bound = bound_arguments(node, node.args, 0, "reduction", "size_average")
    return BuiltLoss(partial(_applied, Criterion(kind, _reduction_argument(node, bound), keras)))


def _applied(built: Criterion, reader: Expressions, node: ast.Call, arguments: Arguments) -> Polynomial:
    """criterion(a, b), of one built before."""
    bound = bound_arguments(node, arguments, 2)
    if "b" not in bound:
        raise refusal(node, "compares one tensor with nothing")
    return _compared(reader, node, built, bound["a"], bound["b"])


def _reduction_argument(node: ast.Call, bound: dict[str, ast.expr]) -> str:
    """sum, mean or none, in the words of either library and of PyTorch before 0.4.1."""
    match bound.get("reduction"), bound.get("size_average"):
        case None, None:
            return "mean"
        case None, ast.Constant(value=bool() as average):
            return "mean" if average else "sum"
        case ((ast.Constant(value=str() as name) | ast.Attribute(attr=name)), None) if name.lower() in LOSS_REDUCTIONS:
            return LOSS_REDUCTIONS[name.lower()]
    raise refusal(node, "has a reduction that is not understood")


def _compared(reader: Expressions, node: ast.Call, by: Criterion, a: ast.expr, b: ast.expr) -> Polynomial:
    """The criterion's value for two tensors."""
    reader.keras = reader.keras or by.keras
    error = _error(node, by.kind, reader.tensor(a), reader.tensor(b))
    if by.keras:
        (term,) = (one for one in error.atoms if isinstance(one, Term))
        flat = not term.batch
        error = (
            reader.reduced(node, error, "mean", None)
            if flat
            else error.swapped(term, replace(term, inner=Inner.BUT_LAST))
        )
    return error if by.reduction == "none" else reader.reduced(node, error, REDUCTIONS[by.reduction], None)


def _error(node: ast.Call, kind: Kind, a: Polynomial, b: Polynomial) -> Polynomial:
    """The error of every pixel: factor · Term. 255 that multiplies both tensors comes out of it, squared."""
    if a == b:
        raise refusal(node, "compares a tensor with itself")
    if kind == "bce":
        return atom(elementwise(kind, a, b))
    try:
        form = recognised((a - b) * (a - b) if kind == "sse" else absolute(a - b))
    except TooComplex:
        form = None
    if form is None:
        raise refusal(node, "compares what is no pair of tensors on one scale")
    return form
