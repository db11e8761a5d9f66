"""Pasted text as Python's syntax tree, or a refusal: nothing is executed, and large text is refused unparsed."""

import ast
import io
import tokenize
from collections.abc import Iterator
from textwrap import dedent

from vae_core.translator.errors import Refusal

MAX_CHARACTERS = 20_000
MAX_TOKENS = 2_500
MAX_LINE_TOKENS = 400  # of one logical line, so that no parser recurses deeply
MAX_BRACKETS = 30
MAX_DIGITS = 400
MAX_DEPTH = 40
MAX_NODES = 2_000
LIBRARIES = {"torch", "tensorflow", "keras", "numpy", "math", "jax", "typing", "tensorflow_probability", "__future__"}
UNNESTED = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}  # tokens that no parser nests
FOREIGN = {  # never part of a loss
    "eval", "exec", "compile", "open", "globals", "locals", "vars", "getattr", "setattr", "delattr",
    "breakpoint", "exit", "quit", "os", "sys", "subprocess", "builtins", "importlib", "shutil", "socket", "pickle",
    "ctypes", "pathlib",
}  # fmt: skip


def parse(code: str) -> ast.Module:
    """The syntax tree of code that is short, shallow and imports nothing strange. Raises `Refusal`."""
    if len(code) > MAX_CHARACTERS:
        raise Refusal(f"The code has {len(code):,} characters; a loss has at most {MAX_CHARACTERS:,}.")
    code = dedent(code.replace("\r\n", "\n").replace("\t", "    "))
    _refuse_strange_characters(code)
    _refuse_long_lines(code)
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise Refusal(f"Line {error.lineno or 1} is not Python: {error.msg}.") from None
    except (ValueError, RecursionError, MemoryError):
        raise Refusal("The code is not Python.") from None
    if not tree.body:
        raise Refusal("There is no code to read.")
    _refuse_deep_trees(tree)
    for node in ast.walk(tree):
        _refuse_foreign(node)
    return tree


def refusal(node: ast.AST, why: str) -> Refusal:
    """The refusal that quotes the piece and its line."""
    return Refusal(f"Line {getattr(node, 'lineno', 1)}: {quote(node)} {why}.")


def quote(node: ast.AST) -> str:
    """The piece of code, short enough for a sentence."""
    text = " ".join(ast.unparse(node).split())
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"


def last_name(node: ast.expr) -> str:
    """mse_loss of torch.nn.functional.mse_loss, and of a call of it."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _refuse_strange_characters(code: str) -> None:
    for place, character in enumerate(code):
        if character != "\n" and (ord(character) < 32 or 0x7F <= ord(character) < 0xA0 or character in "\u2028\u2029"):
            what = "a control character"
        elif 0xD800 <= ord(character) < 0xE000:
            what = "half a character"
        else:
            continue
        line = code.count("\n", 0, place) + 1
        raise Refusal(f"Line {line} contains {what} (U+{ord(character):04X}), which no code has.")


def _refuse_long_lines(code: str) -> None:
    """Count tokens and brackets before any recursive parser sees them."""
    brackets = in_line = 0
    try:
        for count, token in enumerate(tokenize.generate_tokens(io.StringIO(code).readline)):
            line = token.start[0]
            brackets += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.string, 0)
            in_line = 0 if token.type == tokenize.NEWLINE else in_line + (token.type not in UNNESTED)
            if token.type == tokenize.NUMBER and len(token.string) > MAX_DIGITS:
                raise Refusal(f"Line {line} has a number of {len(token.string):,} digits.")
            if count > MAX_TOKENS:
                raise Refusal(f"The code has more than {MAX_TOKENS:,} words and signs; paste only the loss.")
            if in_line > MAX_LINE_TOKENS:
                raise Refusal(f"Line {line} is too long for a loss: more than {MAX_LINE_TOKENS} words and signs.")
            if brackets > MAX_BRACKETS:
                raise Refusal(f"Line {line} has more than {MAX_BRACKETS} brackets inside each other.")
    except (tokenize.TokenError, SyntaxError) as error:
        raise Refusal(f"The code is not Python: {error.args[0]}.") from None


def _refuse_deep_trees(tree: ast.Module) -> None:
    """A walk without recursion, so that what follows may recurse."""
    left: list[tuple[ast.AST, int]] = [(tree, 0)]
    nodes = 0
    while left:
        node, depth = left.pop()
        nodes += 1
        if depth > MAX_DEPTH:
            raise Refusal(f"Line {getattr(node, 'lineno', 1)} has more than {MAX_DEPTH} expressions inside each other.")
        if nodes > MAX_NODES:
            raise Refusal(f"The code has more than {MAX_NODES:,} parts; paste only the loss.")
        left.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _refuse_foreign(node: ast.AST) -> None:
    for name in _names(node):
        if name.startswith("__"):
            raise refusal(node, "is not part of a loss: names with two underscores are Python's own")
        if name in FOREIGN:
            raise refusal(node, f"is not part of a loss: {name} is refused")
    if isinstance(node, ast.Import | ast.ImportFrom):
        roots = [node.module or "" if isinstance(node, ast.ImportFrom) else alias.name for alias in node.names]
        for root in roots:
            if root.partition(".")[0] not in LIBRARIES:
                raise refusal(node, "imports what no loss needs; nothing is executed here, so leave imports out")


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg | ast.keyword) and node.arg:
        yield node.arg
