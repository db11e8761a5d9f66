"""The calls that a pasted loss may make, by the names that PyTorch and Keras give them."""

import ast
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from vae_core.translator.algebra import Applied, Polynomial, absolute, atom, exp, log, power
from vae_core.translator.criteria import bound_arguments, criterion, loss_function
from vae_core.translator.expressions import Arguments, Call, Distribution, Expressions, Value
from vae_core.translator.syntax import quote, refusal
from vae_core.translator.terms import Axes, How, Inner, Size, Term
from vae_core.translator.vocabulary import (
    KERAS_CRITERIA,
    KERAS_LOSSES,
    OPERATORS,
    REDUCTIONS,
    SHAPED,
    TORCH_CRITERIA,
    TORCH_LOSSES,
    UNCHANGED,
    Operator,
)


def _reduction(how: How, reader: Expressions, node: ast.Call, arguments: Arguments) -> Polynomial:
    """torch.sum(a, dim=…), a.mean(…), tf.reduce_sum(a, axis=…)."""
    bound = bound_arguments(node, arguments, 2, "axis")
    return reader.reduced(node, reader.polynomial(bound["a"]), how, _axes(node, bound.get("axis")))


def _axes(node: ast.Call, axis: ast.expr | None) -> Axes:
    if axis is None or (isinstance(axis, ast.Constant) and axis.value is None):
        return None
    listed = axis.elts if isinstance(axis, ast.Tuple | ast.List) else [axis]
    try:
        numbers = [ast.literal_eval(one) for one in listed]
    except ValueError:
        numbers = [None]
    if not numbers or not all(type(one) is int for one in numbers):
        raise refusal(node, "has axes that are not understood: name them by numbers")
    return frozenset(numbers)


def _function(
    of: Callable[[Polynomial], Polynomial], reader: Expressions, node: ast.Call, args: Arguments
) -> Polynomial:
    """exp, log and others of one tensor."""
    return of(reader.tensor(bound_arguments(node, args, 1)["a"]))


def _power(reader: Expressions, node: ast.Call, arguments: Arguments) -> Polynomial:
    bound = bound_arguments(node, arguments, 2)
    if "b" not in bound:
        raise refusal(node, "has no exponent")
    return power(reader.tensor(bound["a"]), reader.tensor(bound["b"]))


def _operator(sign: Operator, reader: Expressions, node: ast.Call, arguments: Arguments) -> Polynomial:
    """a.add(b), tf.multiply(a, b)."""
    bound = bound_arguments(node, arguments, 2)
    if "b" not in bound:
        raise refusal(node, "has one operand only")
    a, b = reader.polynomial(bound["a"]), reader.polynomial(bound["b"])
    return a + b if sign == "+" else a - b if sign == "-" else a * b if sign == "*" else a / b


def _shaped(name: str, reader: Expressions, node: ast.Call, arguments: Arguments) -> Polynomial:
    """The same numbers in another shape: [M, …] as before, or one axis, which is the batch's too."""
    if not arguments:
        raise refusal(node, "is called without a tensor")
    of, shape = reader.polynomial(arguments[0]), [ast.unparse(one) for one in arguments[1:]]
    flat = shape in (["-1"], ["(-1,)"], ["[-1]"]) or (name == "flatten" and not shape and not node.keywords)
    if not flat:
        return of
    whole = {one for one in of.atoms if isinstance(one, Term)}
    if not whole:
        return atom(Applied("flatten", of))
    if any(term.inner != Inner.ALL or not term.batch for term in whole):
        raise refusal(node, "flattens what has been reduced already, which is not understood")
    for term in whole:
        of = of.swapped(term, replace(term, batch=False, inner=Inner.FLATTENED))
    return of


def _unchanged(reader: Expressions, node: ast.Call, arguments: Arguments) -> Value:
    """x.float(), tf.cast(x, …), torch.tensor(0.5): the same numbers."""
    if not arguments:
        return reader.opaque(node)
    return reader.value(arguments[0])


def _size(reader: Expressions, node: ast.Call, arguments: Arguments) -> Polynomial:
    """x.size(0), the images in a minibatch; any other size is a name."""
    match arguments:
        case [_, ast.Constant(value=0)]:
            return atom(Size.BATCH)
    return reader.opaque(node)


def _length(reader: Expressions, node: ast.Call, _: Arguments) -> Polynomial:
    """len(x), the images in a minibatch, unless it is a whole data set's."""
    text = ast.unparse(node)
    if "dataset" in text or "loader" in text:
        return reader.opaque(node)
    reader.assume(f"{quote(node)} is taken to be M, the images in a minibatch.")
    return atom(Size.BATCH)


def _normal(reader: Expressions, node: ast.Call, _: Arguments) -> Value:
    """Normal(loc, scale)."""
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    if len(given) != 2:
        return reader.opaque(node)
    return Distribution(standard=_is_all(given[0], 0) and _is_all(given[1], 1))


def _is_all(node: ast.expr, digit: int) -> bool:
    """0 or 1 itself, or zeros_like(…), ones(…), torch.tensor(0.0)."""
    match node:
        case ast.Constant(value=value):
            return value == digit
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[first, *_]):
            return name.startswith(("zeros", "ones")[digit]) or (name == "tensor" and _is_all(first, digit))
    return False


def _independent(reader: Expressions, node: ast.Call, _: Arguments) -> Value:
    """Independent(Normal(…), 1)."""
    inner = reader.value(node.args[0]) if node.args else None
    return replace(inner, joint=True) if isinstance(inner, Distribution) else reader.opaque(node)


def _kl_divergence(reader: Expressions, node: ast.Call, arguments: Arguments) -> Polynomial:
    """kl_divergence(q, p) with p the standard normal prior."""
    if len(arguments) < 2 or node.keywords:
        raise refusal(node, "does not name its two distributions in their order")
    q, p = (reader.value(one) for one in arguments[-2:])
    if isinstance(q, Distribution) and q.standard:
        raise refusal(node, "is KL(p‖q), the prior's from the posterior; the ELBO has KL(q‖p), so swap its arguments")
    if isinstance(p, Distribution) and not p.standard:
        raise refusal(node, "is the KL from another prior than N(0, I), which is not understood")
    if not isinstance(p, Distribution):
        reader.assume(f"{quote(arguments[-1])} is taken to be the prior N(0, I).")
    if not isinstance(q, Distribution):
        return atom(Term("kl", True, Inner.UNKNOWN))
    return atom(Term("kl", True, Inner.NONE if q.joint else Inner.ALL))


def _last(reader: Expressions, node: ast.Call, arguments: Arguments) -> Value:
    """model.add_loss(loss), loss.backward()."""
    return reader.value(arguments[-1]) if arguments else reader.opaque(node)


CALLS: dict[str, Call] = {
    **{name: partial(loss_function, kind, False) for name, kind in TORCH_LOSSES.items()},
    **{name: partial(loss_function, kind, True) for name, kind in KERAS_LOSSES.items()},
    **{name: partial(criterion, kind, False) for name, kind in TORCH_CRITERIA.items()},
    **{name: partial(criterion, kind, True) for name, kind in KERAS_CRITERIA.items()},
    **{name: partial(_reduction, how) for name, how in REDUCTIONS.items()},
    **{name: partial(_operator, sign) for name, sign in OPERATORS.items()},
    **{name: partial(_shaped, name) for name in SHAPED},
    **dict.fromkeys(UNCHANGED, _unchanged),
    "exp": partial(_function, exp),
    "log": partial(_function, log),
    "abs": partial(_function, absolute),
    "square": partial(_function, lambda of: of * of),
    "neg": partial(_function, lambda of: -of),
    "pow": _power,
    "size": _size,
    "len": _length,
    "Normal": _normal,
    "Independent": _independent,
    "kl_divergence": _kl_divergence,
    "add_loss": _last,
    "backward": _last,
}
