"""Read a loss out of pasted PyTorch or Keras code: its syntax tree is walked, nothing is executed.

Every expression becomes a polynomial over names, sizes and terms; a sum or a mean over what has a known form turns that
into a term and a factor. What is not understood is refused with its line, never guessed.
"""

import ast
from collections.abc import Mapping

from vae_core.translator.algebra import Applied, Polynomial, atom, number
from vae_core.translator.calls import CALLS
from vae_core.translator.errors import Refusal
from vae_core.translator.expressions import Expressions
from vae_core.translator.loss import Loss
from vae_core.translator.syntax import last_name, parse, quote, refusal
from vae_core.translator.terms import Kind, Term
from vae_core.translator.vocabulary import SILENT


def read_loss(code: str, values: Mapping[str, float] | None = None) -> Loss:
    """The loss that an expression, some assignments or a function computes.

    It is what a function returns, or else the last line's value. `values` are those of names that the code does not
    define, such as beta; without them the loss `needs` them. Raises `Refusal`.
    """
    tree = parse(code)
    _refuse_several_functions(tree)
    reader = Statements(values or {}, CALLS)
    reader.run(tree.body)
    if reader.result is None:
        raise Refusal("No line of the code computes a loss.")
    return _loss(*reader.result, reader)


class Statements(Expressions):
    """The lines of a paste in their order, and the value that is the loss."""

    result: tuple[ast.expr, Polynomial] | None = None
    returned = False

    def run(self, body: list[ast.stmt]) -> None:
        """Every line; a function's lines where it is defined."""
        for statement in body:
            if self.returned:
                return
            match statement:
                case ast.Import() | ast.ImportFrom():
                    self.modules |= {alias.asname or alias.name for alias in statement.names}
                case ast.FunctionDef(decorator_list=[]):
                    self._defaults(statement.args)
                    self.run(statement.body)
                case ast.Return(value=ast.expr() as value):
                    self._conclude(value)
                    self.returned = True
                case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                    pass
                case ast.Expr(value=ast.Call(func=called)) if last_name(called) in SILENT:
                    pass
                case ast.Expr(value=value):
                    self._conclude(value)
                case (
                    ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value)
                ):
                    self._assign(target, value)
                case ast.AugAssign(target=target, op=op, value=value):
                    self._assign(target, ast.copy_location(ast.BinOp(_loaded(target), op, value), statement))
                case _:
                    raise refusal(
                        statement, "is not understood: paste the lines that compute the loss, or a function of them"
                    )

    def _defaults(self, arguments: ast.arguments) -> None:
        """beta=4 in a function's head, unless a value was given."""
        plain = [*arguments.posonlyargs, *arguments.args]
        pairs = [*zip(plain[::-1], arguments.defaults[::-1], strict=False)]
        pairs += [(one, value) for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value]
        for argument, value in pairs:
            if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
                default = self.polynomial(value)
                self.names[argument.arg] = number(self.values.get(argument.arg, default.number or 0.0))
                self.assume(f"{argument.arg} is taken to be {quote(value)}, its default.")

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values):
                for one, its in zip(names, values, strict=True):
                    self._assign(one, its)
            case ast.Tuple(elts=names), _:
                for one in names:
                    self.names[ast.unparse(one)] = atom(ast.unparse(one))
            case ((ast.Name() | ast.Attribute()), _):
                text, computed = ast.unparse(target), self.value(value)
                if isinstance(computed, Polynomial):
                    self.result = value, computed
                    if isinstance(value, ast.Call) and isinstance(computed.lone, str):
                        computed = atom(text)  # two calls of one function are two tensors
                self.names[text] = computed
            case _:
                raise refusal(target, "is assigned to in a way that is not understood")

    def _conclude(self, value: ast.expr) -> None:
        """A returned or last value: itself, a tuple's first, or a dictionary's loss."""
        match value:
            case ast.Tuple(elts=[first, *_]):
                self.assume(f"Of what is returned, the loss is taken to be the first, {quote(first)}.")
                value = first
            case ast.Dict(keys=keys, values=values):
                named = {key.value: its for key, its in zip(keys, values, strict=True) if isinstance(key, ast.Constant)}
                value = named.get("loss", named.get("total_loss", value))
        self.result = value, self.polynomial(value)


def _refuse_several_functions(tree: ast.Module) -> None:
    """Only one function, the last statement: calls of it, and functions that it calls, are not followed."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    if functions and (len(functions) > 1 or tree.body[-1] is not functions[0]):
        other = functions[-1] if len(functions) > 1 else tree.body[-1]
        raise refusal(other, "is one part too many: paste one function with nothing after it, or lines alone")


def _loaded(target: ast.expr) -> ast.expr:
    """The target of `x *= 2` as it stands on the right of `x = x * 2`."""
    loaded = ast.parse(ast.unparse(target), mode="eval").body
    return ast.copy_location(loaded, target)


def _loss(node: ast.expr, total: Polynomial, reader: Expressions) -> Loss:
    """The two weights, gathered from every product of the sum."""
    weights: dict[Kind, Polynomial] = {}
    for monomial, coefficient in total.terms:
        product = Polynomial.of({monomial: coefficient})
        terms = [one for one in product.atoms if isinstance(one, Term)]
        if product.number is not None:
            continue  # a constant trains nothing
        if len(terms) != 1 or dict(monomial)[terms[0]] != 1:
            raise refusal(node, f"adds {_factors(product)}, which is no error, no cross-entropy and no KL")
        if functions := [one for one in product.atoms if isinstance(one, Applied)]:
            raise refusal(node, f"weighs a term by {_factors(atom(functions[0]))}, which is not understood")
        weight, kind = product / atom(terms[0]), terms[0].kind
        weight *= _left_to_keras(node, terms[0], reader)
        weights[kind] = weights.get(kind, Polynomial.of({})) + weight
    errors = [kind for kind in weights if kind != "kl"]
    if not errors:
        raise refusal(node, "has no reconstruction: no cross-entropy, squared or absolute error is in it")
    if len(errors) > 1:
        raise refusal(node, "has two kinds of reconstruction, which are no single likelihood")
    if "kl" not in weights:
        reader.assume("There is no KL in it, so its weight is 0.")
    return Loss(errors[0], weights[errors[0]], weights.get("kl", Polynomial.of({})), tuple(reader.assumed))


def _left_to_keras(node: ast.expr, term: Term, reader: Expressions) -> Polynomial:
    """Keras averages whatever axes its loss functions return; PyTorch refuses to train on them."""
    if term.through:
        return number(1)
    if not reader.keras:
        raise refusal(node, "is not one number: sum or average what is left of the batch")
    reader.assume("Keras averages over the batch what the function returns.")
    factor, _, _ = term.reduced("mean", None)
    return factor


def _factors(product: Polynomial) -> str:
    """The names in a product, for a refusal."""
    names = [
        one if isinstance(one, str) else getattr(one, "function", getattr(one, "kind", "")) for one in product.atoms
    ]
    return "“" + " · ".join(sorted(str(name)[:60] for name in names)) + "”"
