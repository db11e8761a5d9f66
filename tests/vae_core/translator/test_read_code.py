"""A pasted loss is its two weights times the two terms: shown by running the same text."""

from collections.abc import Callable

import pytest

from tests.vae_core.translator.conftest import IMAGE_SHAPES, SIDE, Batch, D, M, Z
from vae_core.translator.errors import Missing, Refusal
from vae_core.translator.read_code import read_loss
from vae_core.translator.recipes import RECIPES

KL = "-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())"
BODY = "    recon = F.mse_loss(r, x)\n    kld = " + KL

PASTES = {  # text, error, the shape of its images
    **{name: (one.code, one.error, "") for name, one in RECIPES.items()},
    "one expression": (f"F.binary_cross_entropy(r, x) + {KL}", "bce", "torch"),
    "an elementwise loss": ("F.mse_loss(r, x, reduction='none').sum() + 4 * " + KL, "sse", "torch"),
    "objects": (f"criterion = nn.BCELoss(reduction='sum')\nloss = criterion(r, x) + {KL}", "bce", "torch"),
    "an object at once": (f"nn.MSELoss()(r, x) * 784 + ({KL}) / x.size(0)", "sse", "flat"),
    "squares by hand": (f"((x - r) ** 2).sum(dim=(1, 2, 3)).mean() + ({KL}) / len(x)", "sse", "torch"),
    "means by hand": (f"torch.mean((r - x).pow(2)) + ({KL}) / x.shape[0]", "sse", "torch"),
    "absolute errors": (f"torch.abs(x - r).sum(1).mean() + ({KL}) / batch_size", "l1", "flat"),
    "the first PyTorch": (
        "element = mu.pow(2).add(logvar.exp()).mul(-1).add(1).add(logvar)\n"
        "KLD = torch.sum(element).mul(-0.5)\n"
        "loss = F.mse_loss(r, x, reduction='sum').div(batch_size) + KLD",
        "sse",
        "torch",
    ),
    "cross-entropy by hand": (
        "bce = -(x * torch.log(r + 1e-12) + (1 - x) * torch.log(1 - r + 1e-12)).sum(1)\n"
        "kl = 0.5 * (std**2 + mu**2 - 1 - 2 * torch.log(std)).sum(-1)\n"
        "(bce + kl).mean()",
        "bce",
        "flat",
    ),
    "distributions": (
        "q = Normal(mu, std)\np = Normal(torch.zeros_like(mu), torch.ones_like(std))\n"
        "F.mse_loss(r, x, reduction='sum') / 5 + kl_divergence(q, p).sum(-1).mean()",
        "sse",
        "torch",
    ),
    "joint distributions": (
        "q = Independent(Normal(mu, std), 1)\np = Independent(Normal(torch.zeros(3), torch.ones(3)), 1)\n"
        "F.mse_loss(r, x) + kl_divergence(q, p).mean()",
        "sse",
        "torch",
    ),
    "a mean over the code": (f"F.l1_loss(r, x) + ({KL.replace('sum', 'mean')})", "l1", "torch"),
    "a dictionary": (
        f"def f(r, x, mu, logvar):\n{BODY}\n    return {{'loss': recon + 3 * kld, 'kl': kld}}",
        "sse",
        "torch",
    ),
    "a tuple": (f"def f(r, x, mu, logvar):\n{BODY}\n    return recon + kld, recon, kld", "sse", "torch"),
    "a weight from the head": (
        f"def f(r, x, mu, logvar, *, beta=4):\n{BODY}\n    return recon + beta * kld",
        "sse",
        "torch",
    ),
    "weights that add up": (f"alpha = 0.25\n(1 - alpha) * F.mse_loss(r, x) + alpha * ({KL})", "sse", "torch"),
    "a sum over vectors in Keras": (
        "K.sum(original_dim * keras.losses.mean_squared_error(x, r)"
        " - 0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1))",
        "sse",
        "flat",
    ),
    "flattened in Keras": (
        "original_dim * keras.losses.binary_crossentropy(K.flatten(x), K.flatten(r))"
        " - 0.5 * K.mean(K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1))",
        "bce",
        "keras",
    ),
    "an object in Keras": (
        "mse = keras.losses.MeanSquaredError()\n"
        "mse(x, r) - 0.5 * tf.reduce_mean(1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var))",
        "sse",
        "keras",
    ),
    "the backend of Keras": (
        "K.mean(K.sum(K.binary_crossentropy(x, r), axis=-1)"
        " - 0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1))",
        "bce",
        "flat",
    ),
    "logits in TensorFlow": (
        "errors = tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=x)\n"
        "loss = tf.reduce_mean(tf.reduce_sum(errors, axis=[1, 2, 3]))",
        "bce",
        "keras",
    ),
    "a subscript": (f"kld_weight = kwargs['M_N']\nF.mse_loss(r, x) + kld_weight * ({KL})", "sse", "torch"),
    "a tuple of names": (f"a, b = r, x\nloss = F.mse_loss(a, b)\nloss += {KL}", "sse", "torch"),
}
SHAPES = {  # of the recipes
    "keras-2016": "flat", "keras-blog": "flat", "keras-io": "keras", "keras-io-2020": "keras", "world-models": "keras",
    "pytorch-examples": "flat", "disentanglement-lib": "keras",
}  # fmt: skip


@pytest.mark.parametrize("name", PASTES)
def test_the_weights_are_those_of_the_running_code(name: str, batch: Callable[[str, str], Batch]) -> None:
    code, error, shape = PASTES[name]
    drawn = batch(error, shape or SHAPES.get(name, "torch"))
    loss = read_loss(code, {"kwargs['M_N']": 0.25})
    assert loss.error == error
    assert loss.needs == {}
    weights = loss.weights(D, Z, M)
    assert weights.reconstruction * drawn.error + weights.kl * drawn.kl == pytest.approx(drawn.run(code), rel=1e-9)


def test_the_lines_of_a_training_step_may_stand_around_it() -> None:
    code = "optimizer.zero_grad()\nloss = F.mse_loss(r, x)\nprint(loss)\nloss.backward()\noptimizer.step()"
    assert read_loss(code).reconstruction == read_loss("F.mse_loss(r, x)").reconstruction


def test_every_shape_of_image_was_run() -> None:
    assert {SHAPES.get(name, shape or "torch") for name, (_, _, shape) in PASTES.items()} == set(IMAGE_SHAPES)
    assert D == SIDE**2 == 784  # the number in the recipes


def test_an_unknown_name_is_asked_for_and_then_taken() -> None:
    code = f"F.mse_loss(r, x) + self.beta * ({KL})"
    assert read_loss(code).needs == {"self.beta": "weighs the KL"}
    with pytest.raises(Missing, match=r"self\.beta weighs the KL: give its value") as refused:
        read_loss(code).weights(D, Z, M)
    assert refused.value.errors[0].field == "values.self.beta"
    assert read_loss(code, {"self.beta": 3}).weights(D, Z, M).kl == pytest.approx(3 * M)


def test_a_default_in_the_head_is_said_and_may_be_replaced() -> None:
    code = f"def f(r, x, mu, logvar, beta=4):\n{BODY}\n    return recon + beta * kld"
    assert "beta is taken to be “4”, its default." in read_loss(code).assumed
    assert read_loss(code, {"beta": 2}).weights(D, Z, M).kl == pytest.approx(2 * M)


def test_what_shape_the_images_have_is_said() -> None:
    (sentence,) = read_loss("((x - r) ** 2).sum(1).mean()").assumed[:1]
    assert sentence.endswith("images are taken to be flat, [M, D].")


def test_a_loss_without_a_kl_says_so() -> None:
    loss = read_loss("F.mse_loss(r, x)")
    assert loss.weights(D, Z, M).kl == 0
    assert loss.assumed == ("There is no KL in it, so its weight is 0.",)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "no code"),
        ("import torch", "No line of the code computes a loss"),
        ("x = 3", "has no reconstruction"),
        (KL, "has no reconstruction"),
        (f"loss = F.mse_loss(r, x)\nloss = {KL}", "Line 2: “-0.5 * torch.sum"),
        ("F.mse_loss(r, x) + F.l1_loss(r, x)", "two kinds of reconstruction"),
        ("F.mse_loss(r, x) + perceptual(r, x)", "adds “perceptual(r, x)”, which is no error"),
        ("F.mse_loss(r, x) * F.mse_loss(r, x)", "which is no error"),
        ("torch.sqrt(F.mse_loss(r, x))", "Line 1: “torch.sqrt(F.mse_loss(r, x))” is not understood"),
        ("mse = F.mse_loss(r, x)\nloss = torch.log(mse)", "Line 2: “mse” is a loss already"),
        ("F.mse_loss(r, x, reduction='none')", "is not one number"),
        ("F.mse_loss(r, x) * torch.exp(-s)", "weighs a term by “exp”"),
        ("F.mse_loss(r, x, reduction='sometimes')", "has a reduction that is not understood"),
        ("F.mse_loss(r, x, weight=w)", "argument that is not understood: weight"),
        ("F.mse_loss(r)", "compares one tensor with nothing"),
        ("F.mse_loss(x, x)", "compares a tensor with itself"),
        ("F.mse_loss(255 * r, x)", "no pair of tensors on one scale"),
        ("((x - batch_size) ** 2).sum()", "sums what is no squared"),
        ("F.mse_loss(r, 0.5)", "no pair of tensors on one scale"),
        (f"F.mse_loss(r, x) + {KL.replace('mu', 'logvar')}", "no Gaussian KL"),
        ("((x - r) ** 3).sum()", "sums what is no squared or absolute error"),
        ("((x - r) ** 2).sum(dim=2).mean()", "these axes are not the batch's"),
        ("((x - r) ** 2).sum(dim=d)", "has axes that are not understood"),
        ("((x - r) ** n).sum()", "its exponent is no number"),
        ("K.sum(keras.losses.mse(x, r))", "name the axes, such as axis=(1, 2)"),
        ("kl_divergence(q, p).mean() + F.mse_loss(r, x)", "paste how q was built"),
        ("p = Normal(0, 1)\nF.mse_loss(r, x) + kl_divergence(p, q).sum()", "swap its arguments"),
        ("p = Normal(0, 2)\nF.mse_loss(r, x) + kl_divergence(q, p).sum()", "another prior than N(0, I)"),
        ("F.mse_loss(r, x) / 0", "divides by 0"),
        ("F.mse_loss(r, x) / (a + b)", "divides by a sum"),
        ("F.mse_loss(r, x) if a else 0", "“F.mse_loss(r, x) if a else 0” is not understood"),
        ("for i in y:\n    pass", "Line 1: “for i in y: pass” is not understood"),
        ("def f(r, x):\n    return F.mse_loss(r, x)\nf(r, x) + kl", "Line 3: “f(r, x) + kl” is one part too many"),
        ("def f(r, x):\n    return F.mse_loss(r, x)\ndef g():\n    return f(r, x)", "is one part too many"),
        ("def f(r, x):\n    def g():\n        return 1\n    return F.mse_loss(r, x)", "is one part too many"),
        ("class A:\n    pass", "paste the lines that compute the loss"),
        ("x[0], y = 1, 2", "assigned to in a way"),
        ("'text'[0]", "which is no error"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(code: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_loss(code)
    (error,) = refused.value.errors
    assert sentence in error.message
    assert error.field == "code"
    assert len(error.message) < 400


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (f"F.mse_loss(r, x) - ({KL})", "rewards a q(z|x) far from the prior: its sign is wrong"),
        ("-F.mse_loss(r, x)", "rewards errors: its sign is wrong"),
        (f"F.mse_loss(r, x) + 1e40 * ({KL})", "beyond what a float32 trains"),
    ],
)
def test_weights_that_train_no_model_are_refused(code: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence.replace("(", r"\(").replace(")", r"\)").replace("|", r"\|")):
        read_loss(code).weights(D, Z, M)
