"""The loss that says what it trains, as a few lines of PyTorch."""

from textwrap import dedent

from vae_core.translator.terms import Kind

KL = "0.5 * torch.sum(mu**2 + torch.exp(logvar) - 1 - logvar) / len(x)"
RECONSTRUCTIONS: dict[Kind, tuple[str, str, str]] = {  # the decoder's output, its scale, the lines of −log p(x|z)
    "bce": (
        "logits",
        "",
        'cross_entropy = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")\n'
        "reconstruction = cross_entropy / len(x)",
    ),
    "sse": (
        "mean",
        "sigma",
        "squares = torch.sum((x - mean) ** 2) / len(x)\n"
        "constant = x[0].numel() / 2 * math.log(2 * math.pi * sigma**2)\n"
        "reconstruction = squares / (2 * sigma**2) + constant",
    ),
    "l1": (
        "mean",
        "b",
        "errors = torch.sum(torch.abs(x - mean)) / len(x)\n"
        "reconstruction = errors / b + x[0].numel() * math.log(2 * b)",
    ),
}
OUTPUTS = {"logits": "logits are the decoder's outputs, before any sigmoid.", "mean": "mean is the decoder's output."}


def snippet(error: Kind, beta: float, scale: float | None) -> str:
    """negative_elbo(output, x, mu, logvar) with this β and, but for a Bernoulli, this scale as its defaults.

    In nats per image: every term is summed over its dimensions and averaged over the batch, constants included.
    """
    output, letter, lines = RECONSTRUCTIONS[error]
    arguments = [output, "x", "mu", "logvar", *([f"{letter}={scale!r}"] if letter else []), f"beta={beta!r}"]
    imports = "import math\n\nimport torch\n" if letter else "import torch\nimport torch.nn.functional as F\n"
    body = dedent(f'''
        def negative_elbo({", ".join(arguments)}):
            """−ELBO if beta = 1, nats per image; {OUTPUTS[output]}"""
            LINES
            kl = {KL}
            return reconstruction + beta * kl
    ''').replace("LINES", lines.replace("\n", "\n    "))
    return imports + "\n" + body
