"""Hostile pastes: refused in a sentence, before anything large, deep or strange is looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.translator.errors import Missing, Refusal
from vae_core.translator.read_code import read_loss
from vae_core.translator.syntax import MAX_CHARACTERS, parse

HOSTILE = {
    "an import": "import os\nloss = 1",
    "an import from": "from subprocess import run\nloss = 1",
    "an import by name": "__import__('os').system('true')",
    "dunders": "().__class__.__bases__[0].__subclasses__()",
    "eval": "eval('1 + 1')",
    "exec": "exec('x = 1')",
    "open": "open('/etc/passwd').read()",
    "os": "os.system('true')",
    "getattr": "getattr(x, 'a' + 'b')",
    "a megabyte": "x + " * 250_000 + "x",
    "a long line": "x + " * 4_000 + "x",
    "many lines": "x = y\n" * 3_000,
    "brackets": "(" * 9_000 + ")" * 9_000,
    "minus signs": "-" * 19_000 + "1",
    "nots": "not " * 4_000 + "x",
    "attributes": "x" + ".a" * 9_000,
    "powers": "x" + "**x" * 6_000,
    "lambdas": "lambda: " * 2_000 + "x",
    "elifs": "if x:\n  1\n" + "elif x:\n  1\n" * 1_500,
    "indents": "".join(" " * i + "if x:\n" for i in range(150)),
    "a null byte": "x = 1\0",
    "an escape": "x = '\x1b[31m'",
    "half a character": "x = '\ud800'",
    "a right-to-left line": "x = 1\u2028y = 2",
    "a huge number": "10 ** 10 ** 10",
    "a huge factor": "x * " + "9" * 4_000,
    "a huge literal": "9" * 19_000,
    "a huge hexadecimal": "0x" + "f" * 19_000,
    "an endless float": "1e999 * F.mse_loss(r, x)",
    "products without end": "a = (p + q) * (r + s)\n" + "a = a * a\n" * 40,
    "functions without end": "a = x\n" + "a = torch.exp(a) + torch.exp(2 * a)\n" * 60,
    "an open string": "x = '''" + "a" * 10_000,
    "not Python": "function(x) { return x; }",
    "a walrus": "(y := F.mse_loss(r, x))",
    "a comprehension": "sum(F.mse_loss(a, b) for a, b in z)",
    "a star": "F.mse_loss(*a)",
    "keywords": "F.mse_loss(r, **x)",
    "an f-string": "f'{x}' * 3",
    "a complex root": "(-1) ** 0.5 * F.mse_loss(r, x)",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_paste_is_one_sentence(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_loss(HOSTILE[name]).weights(784, 20, 128)
    (error,) = refused.value.errors
    assert error.message.endswith(".")
    assert "\n" not in error.message
    assert len(error.message) < 300
    assert error.message.isprintable()


def test_the_refusal_names_the_line_and_the_piece() -> None:
    with pytest.raises(Refusal, match="Line 2: “import os” imports what no loss needs"):
        parse("x = 1\nimport os")
    with pytest.raises(Refusal, match=r"Line 1: “a\.__class__” is not part of a loss"):
        parse("a.__class__")
    with pytest.raises(Refusal, match=r"at most 20,000"):
        parse("x" * (MAX_CHARACTERS + 1))


def test_what_people_paste_is_parsed() -> None:
    head = "import torch\nimport torch.nn.functional as Fn\nfrom torch import nn\n"
    assert read_loss(head + "loss = Fn.mse_loss(r, x)").error == "sse"
    assert read_loss("    # indented\r\n    a = F.mse_loss(r, x)\r\n\ta\r\n".replace("\t", "    ")).error == "sse"
    assert read_loss('def f(r, x):\n    """Squares."""\n\n    return F.mse_loss(r, x)\n').error == "sse"
    assert len(parse("# a comment\n" * 300 + "x").body) == 1


PIECES = [
    "x", "r", "mu", "logvar", "beta", "2", "0.5", "-1", "784", "1e200", "0", "\n", "\n    ", " = ", " + ", " - ",
    " * ", " / ", " ** ", "(", ")", "[", "]", ", ", ".", "torch", "F.mse_loss", "F.l1_loss", "F.binary_cross_entropy",
    "nn.MSELoss", "K.sum", "torch.mean", "torch.exp", ".log()", ".view(-1)", ".flatten()", ".pow(2)", ".size(0)",
    ".shape[0]", "keras.losses.mse", "kl_divergence", "Normal", "Independent", "def f(x, r):\n    return ",
    "reduction=", "'sum'", "'none'", "dim=1", "axis=(1, 2)", "0.5 * (mu**2 + torch.exp(logvar) - 1 - logvar)", "abs",
    "((x - r) ** 2)", "return ", "*", "**", ":", "lambda", "{", "}", "None", "True", "len", "_", "a, b = ", "a = ",
    "a", "a += ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_text_is_a_loss_or_a_refusal(pieces: list[str]) -> None:
    try:
        loss = read_loss("".join(pieces))
        weights = loss.weights(784, 20, 128)
    except (Refusal, Missing):
        return
    assert weights.reconstruction > 0
    assert weights.kl >= 0
