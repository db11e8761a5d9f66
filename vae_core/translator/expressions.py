"""The value of one expression of a pasted loss: a polynomial, a loss function, or a distribution."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import pi

from vae_core.translator.algebra import Polynomial, TooComplex, atom, number, power
from vae_core.translator.errors import Refusal
from vae_core.translator.patterns import recognised
from vae_core.translator.syntax import last_name, quote, refusal
from vae_core.translator.terms import Axes, How, Inner, Size, Term, Unclear
from vae_core.translator.vocabulary import KERAS_MODULES, LOSSES, MODULES, READ_AS, SIZE_NAMES, SIZES

Arguments = list[ast.expr]  # the tensor before the dot, if there is one, and what stands in the brackets
Call = Callable[["Expressions", ast.Call, Arguments], "Value"]


@dataclass(frozen=True)
class BuiltLoss:
    """A loss function that was built with its reduction, such as nn.MSELoss(reduction="sum")."""

    call: Call


@dataclass(frozen=True)
class Distribution:
    """A diagonal Gaussian over z: `standard` if it is N(0, I), `joint` if its dimensions count as one event."""

    standard: bool
    joint: bool = False


Value = Polynomial | BuiltLoss | Distribution


class Expressions:
    """Values of expressions, given the `values` of some names and the `calls` that can be read, by name.

    What had to be assumed is collected.
    """

    def __init__(self, values: Mapping[str, float], calls: Mapping[str, Call]):
        self.values, self.calls = values, calls
        self.names: dict[str, Value] = {}
        self.modules = set(MODULES)
        self.assumed: dict[str, None] = {}  # sentences, in their order
        self.keras = False

    def polynomial(self, node: ast.expr) -> Polynomial:
        """The value of an expression that must be a number or a tensor. Raises `Refusal`."""
        value = self.value(node)
        if not isinstance(value, Polynomial):
            raise refusal(node, "is no number and no tensor")
        return value

    def tensor(self, node: ast.expr) -> Polynomial:
        """The value of an expression in which no loss has been computed yet. Raises `Refusal`."""
        tensor = self.polynomial(node)
        if any(isinstance(one, Term) for one in tensor.atoms):
            raise refusal(node, "is a loss already, and what is done to it here is not understood")
        return tensor

    def value(self, node: ast.expr) -> Value:
        """The value of any expression. Raises `Refusal`."""
        try:
            match node:
                case ast.Constant(value=bool()):
                    raise refusal(node, "is no number")
                case ast.Constant(value=int() | float() as constant):
                    return number(constant)
                case ast.Name() | ast.Attribute() | ast.Subscript():
                    return self._named(node)
                case ast.UnaryOp(op=ast.USub(), operand=operand):
                    return -self.polynomial(operand)
                case ast.BinOp(left=left, op=op, right=right):
                    return self._calculated(node, self.polynomial(left), op, self.polynomial(right))
                case ast.Call():
                    return self._called(node)
        except Refusal:
            raise
        except ZeroDivisionError:
            raise refusal(node, "divides by 0") from None
        except (TooComplex, Unclear, ValueError) as error:
            raise refusal(node, f"is not understood: {error}") from None
        raise refusal(node, "is not understood")

    def assume(self, sentence: str) -> None:
        """Keep a sentence about an assumption."""
        self.assumed.setdefault(sentence)

    def _named(self, node: ast.Name | ast.Attribute | ast.Subscript) -> Value:
        """A name's value: assigned before, given, a size, or the name itself."""
        text = ast.unparse(node)
        if text in self.names:
            return self.names[text]
        if text in self.values:
            return number(self.values[text])
        match node:
            case ast.Attribute(attr="pi"):
                return number(pi)
            case ast.Subscript(value=ast.Attribute() | ast.Call() as of, slice=ast.Constant(value=0)) if (
                last_name(of) in SIZES
            ):
                return atom(Size.BATCH)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in READ_AS:
                self.assume(f"{text} is taken to be {SIZE_NAMES[READ_AS[name]]}.")
                return atom(READ_AS[name])
        return atom(text)

    def _calculated(self, node: ast.expr, left: Polynomial, op: ast.operator, right: Polynomial) -> Polynomial:
        match op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                return left / right
            case ast.Pow():
                return power(left, right)
        raise refusal(node, "is not understood")

    def _called(self, node: ast.Call) -> Value:
        """The value of a call that can be read, or else the call itself as the name of a tensor."""
        built = self.names.get(ast.unparse(node.func)) if not isinstance(node.func, ast.Call) else self.value(node.func)
        if isinstance(built, BuiltLoss):
            return built.call(self, node, node.args)
        name, arguments = last_name(node.func), list(node.args)
        if isinstance(node.func, ast.Attribute):
            root = self._module(node.func.value)
            self.keras = self.keras or root in KERAS_MODULES
            arguments = arguments if root else [node.func.value, *arguments]
        call = self.calls.get(name) or self.calls.get(name.removesuffix("_"))
        return call(self, node, arguments) if call else self.opaque(node)

    def _module(self, node: ast.expr) -> str:
        """The root of torch.nn.functional, or '' where a tensor stands before the dot."""
        while isinstance(node, ast.Attribute):
            node = node.value
        is_module = isinstance(node, ast.Name) and node.id in self.modules and node.id not in self.names
        return node.id if is_module and isinstance(node, ast.Name) else ""

    def opaque(self, node: ast.Call) -> Polynomial:
        """A call of something unknown, which may make a tensor out of tensors but not out of a loss."""
        for part in ast.walk(node):
            known = self.names.get(part.id) if isinstance(part, ast.Name) else None
            computed = isinstance(known, Polynomial) and any(isinstance(one, Term) for one in known.atoms)
            if computed or (isinstance(part, ast.Call) and last_name(part.func) in {*LOSSES, "kl_divergence"}):
                raise refusal(node, "is not understood")
        return atom(ast.unparse(node))

    def reduced(self, node: ast.expr, of: Polynomial, how: How, axes: Axes) -> Polynomial:
        """The sum or mean of it over these axes. Raises `Refusal`, `Unclear`."""
        computed, raw = of.split(Term)
        if raw.number is None:
            form = recognised(raw)
            if form is None:
                raise refusal(node, "sums what is no squared or absolute error, no cross-entropy and no Gaussian KL")
            computed += form
        parts = [self._part(node, Polynomial.of({monomial: c})) for monomial, c in computed.terms]
        parts = self._flat_beside_vectors(parts)
        left = {
            (term.batch, term.inner, term.inner != Inner.NONE and term.kind) for _, term in parts if not term.through
        }
        if len(left) > 1:
            raise refusal(node, "adds tensors of different shapes")
        over_batch = axes is None or bool(axes & {0, -1})
        total = Polynomial.of({})
        for weight, term in parts:
            if term.through and left and over_batch:  # one number, added to every image's
                total += weight * atom(term) * (atom(Size.BATCH) if how == "sum" else number(1))
                continue
            factor, rest, assumed = term.reduced(how, axes)
            if assumed:
                self.assume(f"{quote(node)}: {assumed}.")
            total += weight * factor * atom(rest)
        return total

    def _part(self, node: ast.expr, product: Polynomial) -> tuple[Polynomial, Term]:
        """(weight, term) of one product."""
        match [one for one in product.atoms if isinstance(one, Term)]:
            case [term] if term not in set((weight := product / atom(term)).atoms):
                return weight, term
        raise refusal(node, "multiplies two losses")

    def _flat_beside_vectors(self, parts: list[tuple[Polynomial, Term]]) -> list[tuple[Polynomial, Term]]:
        """What Keras averaged over the last axis has no other one if it is added to one number an image."""
        if not any(term.batch and term.inner == Inner.NONE for _, term in parts):
            return parts
        return [
            (weight / atom(t.dimensions), replace(t, inner=Inner.NONE)) if t.inner == Inner.BUT_LAST else (weight, t)
            for weight, t in parts
        ]
