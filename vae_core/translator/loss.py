"""A loss as its two weights: those of the summed error and of the summed KL."""

from dataclasses import dataclass

from vae_core.theory.convention import Weights
from vae_core.translator.algebra import Atom, Polynomial
from vae_core.translator.errors import Missing, Refusal
from vae_core.translator.terms import Kind, Size

FARTHEST = 1e30  # of a weight from 1, up or down


@dataclass(frozen=True)
class Loss:
    """reconstruction · error + kl · KL, plus a constant.

    Error and KL are sums over pixels and latent dimensions, averaged over the batch. Their weights are sums of
    products of numbers, the sizes D, Z and M, and the names whose values are not known.
    """

    error: Kind  # bce, sse or l1
    reconstruction: Polynomial
    kl: Polynomial
    assumed: tuple[str, ...] = ()  # the assumptions behind the reading, in sentences

    @property
    def needs(self) -> dict[str, str]:
        """The names whose values are missing, and what each multiplies."""
        terms = (("the reconstruction", self.reconstruction), ("the KL", self.kl))
        needs: dict[str, str] = {}
        for title, weight in terms:
            for name in sorted({one for one in weight.atoms if isinstance(one, str)}):
                needs[name] = f"{needs[name]} and {title}" if name in needs else f"weighs {title}"
        return needs

    def weights(self, pixels: int, latent_dim: int, batch_size: int) -> Weights:
        """Its weights at these sizes. Raises `Missing` values, and `Refusal` for weights that train no model."""
        if self.needs:
            raise Missing(self.needs)
        sizes: dict[Atom, float] = {Size.PIXELS: pixels, Size.LATENT: latent_dim, Size.BATCH: batch_size}
        try:
            weights = Weights(self.reconstruction.at(sizes), self.kl.at(sizes))
        except (OverflowError, ZeroDivisionError):
            raise Refusal("The loss divides by 0, or multiplies by a number that is too large.") from None
        for weight in (weights.reconstruction, weights.kl):
            if weight and not 1 / FARTHEST <= abs(weight) <= FARTHEST:
                raise Refusal(f"The loss has the weight {weight:g}, beyond what a float32 trains.")
        if weights.reconstruction == 0:
            raise Refusal("The reconstruction has the weight 0: nothing asks for the images.")
        if weights.reconstruction < 0:
            reconstruction = f"{weights.reconstruction:g}"
            raise Refusal(
                f"The reconstruction has the weight {reconstruction}, which rewards errors: its sign is wrong."
            )
        if weights.kl < 0:
            raise Refusal(
                f"The KL has the weight {weights.kl:g}, which rewards a q(z|x) far from the prior: its sign is wrong. "
                "The KL is −0.5 · Σ (1 + logvar − mu² − exp(logvar)), and it is added."
            )
        return weights
