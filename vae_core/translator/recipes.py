"""Losses that people train with, named by their source: how each adds up its terms, and what that implies."""

from dataclasses import dataclass, field
from textwrap import dedent
from typing import Literal

from vae_core.translator.algebra import Polynomial, atom, number
from vae_core.translator.loss import Loss
from vae_core.translator.terms import How, Kind, Size

ONE = number(1)


@dataclass(frozen=True)
class Summed:
    """How one term is added up: over its own dimensions, over the batch, and what it is multiplied by then."""

    dimensions: How = "sum"
    batch: How = "mean"
    weight: Polynomial = field(default=ONE)

    def factor(self, own: Size) -> Polynomial:
        """The weight of the term that is summed over its dimensions and averaged over the batch."""
        dimensions = ONE / atom(own) if self.dimensions == "mean" else ONE
        batch = atom(Size.BATCH) if self.batch == "sum" else ONE
        return self.weight * dimensions * batch


def summed_loss(error: Kind, reconstruction: Summed, kl: Summed) -> Loss:
    """The loss with an error (bce, sse or l1) and a KL that are added up in these ways."""
    return Loss(error, reconstruction.factor(Size.PIXELS), kl.factor(Size.LATENT))


def summed_code(error: Kind, reconstruction: Summed, kl: Summed) -> str:
    """The same in PyTorch, as one would write it out. The weights must be numbers."""
    function = {"bce": "binary_cross_entropy", "sse": "mse_loss", "l1": "l1_loss"}[error]
    return (
        f'errors = F.{function}(recon_x, x, reduction="none").flatten(1)\n'
        f"reconstruction = errors.{reconstruction.dimensions}(1).{reconstruction.batch}(0)\n"
        "kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar)\n"
        f"kl = kl.{kl.dimensions}(1).{kl.batch}(0)\n"
        f"loss = {reconstruction.weight.number:g} * reconstruction + {kl.weight.number:g} * kl"
    )


@dataclass(frozen=True)
class Recipe:
    """A loss from the field. `pixels`, `latent_dim` and `batch_size` are those that it is known for."""

    name: str
    title: str
    link: str
    error: Kind
    reconstruction: Summed
    kl: Summed
    output: Literal["sigmoid", "tanh", "none"]  # what the decoder ends with there
    code: str  # the same in our own lines, as one would paste it
    pixels: int = 784
    latent_dim: int = 20
    batch_size: int = 128

    @property
    def loss(self) -> Loss:
        """Its weights, as powers of the sizes."""
        return summed_loss(self.error, self.reconstruction, self.kl)


D = atom(Size.PIXELS)


def _lines(code: str) -> str:
    return dedent(code).strip()


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "pytorch-examples",
            "pytorch/examples, today",
            "https://github.com/pytorch/examples/blob/main/vae/main.py",
            "bce",
            Summed(batch="sum"),
            Summed(batch="sum"),
            "sigmoid",
            _lines("""
                def loss_function(recon_x, x, mu, logvar):
                    bce = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
                    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
                    return bce + kld
            """),
        ),
        Recipe(
            "pytorch-examples-2017",
            "pytorch/examples, before 2018",
            "https://github.com/pytorch/examples/issues/234",
            "bce",
            Summed("mean"),
            Summed(weight=ONE / D),
            "sigmoid",
            _lines("""
                original_dim = 784
                bce = F.binary_cross_entropy(recon_x, x)
                kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
                kld /= x.size(0) * original_dim
                loss = bce + kld
            """),
        ),
        Recipe(
            "keras-2016",
            "Keras example, August 2016",
            "https://github.com/keras-team/keras/pull/3383",
            "bce",
            Summed("mean"),
            Summed(),
            "sigmoid",
            _lines("""
                def vae_loss(x, x_decoded):
                    xent = objectives.binary_crossentropy(x, x_decoded)
                    kl = -0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
                    return xent + kl
            """),
        ),
        Recipe(
            "keras-blog",
            "Keras blog",
            "https://blog.keras.io/building-autoencoders-in-keras.html",
            "bce",
            Summed("mean"),
            Summed("mean"),
            "sigmoid",
            _lines("""
                def vae_loss(x, x_decoded):
                    xent = keras.losses.binary_crossentropy(x, x_decoded)
                    kl = -0.5 * K.mean(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
                    return xent + kl
            """),
        ),
        Recipe(
            "keras-io-2020",
            "keras.io, until late 2020",
            "https://github.com/keras-team/keras-io/issues/270",
            "bce",
            Summed("mean", weight=D),
            Summed("mean"),
            "sigmoid",
            _lines("""
                original_dim = 28 * 28
                reconstruction = tf.reduce_mean(keras.losses.binary_crossentropy(data, decoded)) * original_dim
                kl = 1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var)
                kl = tf.reduce_mean(kl) * -0.5
                total_loss = reconstruction + kl
            """),
        ),
        Recipe(
            "keras-io",
            "keras.io, today",
            "https://keras.io/examples/generative/vae/",
            "bce",
            Summed(),
            Summed(),
            "sigmoid",
            _lines("""
                bce = keras.losses.binary_crossentropy(data, decoded)
                reconstruction = ops.mean(ops.sum(bce, axis=(1, 2)))
                kl = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))
                kl = ops.mean(ops.sum(kl, axis=1))
                total_loss = reconstruction + kl
            """),
        ),
        Recipe(
            "disentanglement-lib",
            "disentanglement_lib, l2_loss",
            "https://github.com/google-research/disentanglement_lib/blob/master/disentanglement_lib/methods/shared/losses.py",
            "sse",
            Summed(),
            Summed(),
            "sigmoid",
            _lines("""
                squares = tf.reduce_sum(tf.square(true_images - reconstructed_images), [1, 2, 3])
                kl = 0.5 * tf.reduce_sum(tf.square(z_mean) + tf.exp(z_logvar) - z_logvar - 1, [1])
                loss = tf.reduce_mean(squares) + tf.reduce_mean(kl)
            """),
            pixels=4096,
            latent_dim=10,
            batch_size=64,
        ),
        Recipe(
            "pythae",
            "Pythae, mse",
            "https://github.com/clementchadebec/benchmark_VAE/blob/main/src/pythae/models/vae/vae_model.py",
            "sse",
            Summed(weight=number(0.5)),
            Summed(),
            "sigmoid",
            _lines("""
                squares = F.mse_loss(recon_x.reshape(x.shape[0], -1), x.reshape(x.shape[0], -1), reduction="none")
                kld = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp(), dim=-1)
                loss = (0.5 * squares.sum(dim=-1) + kld).mean(dim=0)
            """),
        ),
        Recipe(
            "pytorch-vae",
            "PyTorch-VAE, in training",
            "https://github.com/AntixK/PyTorch-VAE/issues/11",
            "sse",
            Summed("mean"),
            Summed(weight=number(0.00025)),
            "tanh",
            _lines("""
                kld_weight = 0.00025
                recons_loss = F.mse_loss(recons, input)
                kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1), dim=0)
                loss = recons_loss + kld_weight * kld_loss
            """),
            pixels=12_288,
            latent_dim=128,
            batch_size=64,
        ),
        Recipe(
            "pytorch-vae-validation",
            "PyTorch-VAE, in validation",
            "https://github.com/AntixK/PyTorch-VAE/blob/master/models/vanilla_vae.py",
            "sse",
            Summed("mean"),
            Summed(),
            "tanh",
            _lines("""
                kld_weight = 1.0
                recons_loss = F.mse_loss(recons, input)
                kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1), dim=0)
                loss = recons_loss + kld_weight * kld_loss
            """),
            pixels=12_288,
            latent_dim=128,
            batch_size=64,
        ),
        Recipe(
            "sigma-vae-mse",
            "sigma-vae-pytorch, mse_vae",
            "https://github.com/orybkin/sigma-vae-pytorch/blob/master/model.py",
            "sse",
            Summed("mean"),
            Summed(batch="sum"),
            "sigmoid",
            _lines("""
                rec = torch.nn.MSELoss()(recon_x, x)
                kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
                loss = rec + kl
            """),
            pixels=2352,
        ),
        Recipe(
            "world-models",
            "WorldModels in Keras",
            "https://github.com/AppliedDataSciencePartners/WorldModels/issues/12",
            "sse",
            Summed("mean", weight=number(10)),
            Summed("mean"),
            "sigmoid",
            _lines("""
                def vae_loss(y_true, y_pred):
                    r_loss = 10 * K.mean(K.square(y_true - y_pred), axis=[1, 2, 3])
                    kl_loss = -0.5 * K.mean(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
                    return r_loss + kl_loss
            """),
            pixels=12_288,
            latent_dim=32,
            batch_size=32,
        ),
        Recipe(
            "disentangling-vae-gaussian",
            "disentangling-vae, gaussian",
            "https://github.com/YannDubs/disentangling-vae/blob/master/disvae/models/losses.py",
            "sse",
            Summed(weight=number(255)),
            Summed(),
            "sigmoid",
            _lines("""
                squares = F.mse_loss(recon_data * 255, data * 255, reduction="sum") / 255
                kl = 0.5 * (-1 - logvar + mean.pow(2) + logvar.exp()).mean(dim=0).sum()
                loss = squares / len(data) + kl
            """),
            pixels=1024,
            latent_dim=10,
            batch_size=64,
        ),
        Recipe(
            "disentangling-vae-laplace",
            "disentangling-vae, laplace",
            "https://github.com/YannDubs/disentangling-vae/blob/master/disvae/models/losses.py",
            "l1",
            Summed(weight=number(3)),
            Summed(),
            "sigmoid",
            _lines("""
                errors = 3 * F.l1_loss(recon_data, data, reduction="sum") / len(data)
                kl = 0.5 * (-1 - logvar + mean.pow(2) + logvar.exp()).mean(dim=0).sum()
                loss = errors + kl
            """),
            pixels=1024,
            latent_dim=10,
            batch_size=64,
        ),
    )
}
