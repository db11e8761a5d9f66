"""The formulas that the page Explain shows: LaTeX that a test evaluates and holds against `vae_core`. Pure."""

from dataclasses import dataclass
from functools import cache

from latex2mathml.converter import convert


@dataclass(frozen=True)
class Equation:
    """Both sides in LaTeX; the right one is arithmetic alone, so that it has a value."""

    left: str
    right: str

    @property
    def latex(self) -> str:
        """The whole equation; its right side is a group, so that a minus in front is a sign and no difference."""
        return f"{self.left} = {{{self.right}}}"


@cache
def mathml(latex: str, display: str = "block") -> str:
    """MathML of a formula on a line of its own, or `inline` in a sentence."""
    return convert(latex, display=display)


EQUATIONS = {
    "negative_elbo": Equation(r"-\mathrm{ELBO}", r"R + K"),
    "kl": Equation(r"K_j", r"\frac{1}{2} ( \mu^2 + \sigma^2 - 1 - \log \, \sigma^2 )"),
    "gaussian": Equation(
        r"-\log \, p(x \mid z)", r"\frac{(x - \hat{x})^2}{2 \sigma^2} + \frac{1}{2} \log (2 \pi \sigma^2)"
    ),
    "bernoulli": Equation(r"-\log \, p(x \mid z)", r"-x \, \log \, p - (1 - x) \, \log (1 - p)"),
    "entropy": Equation(r"H(x)", r"-x \, \log \, x - (1 - x) \, \log (1 - x)"),
    "normaliser": Equation(r"\log \, C", r"\log ( \eta / \tanh (\eta / 2) )"),
    "continuous_bernoulli": Equation(r"-\log \, p(x \mid z)", r"\log (1 + e^{\eta}) - x \eta - \log \, C"),
    "continuous_bernoulli_mean": Equation(r"\hat{x}", r"\frac{1}{1 - e^{-\eta}} - \frac{1}{\eta}"),
    "noise": Equation(r"\mathrm{tr} \, \mathrm{Cov} \, g", r"\frac{1}{M} ( V_x + V_z / L )"),
    "implied_variance": Equation(r"\sigma^2", r"\frac{a_K}{2 a_R}"),
    "implied_beta": Equation(r"\beta", r"\frac{a_K}{b_R}"),
    "collapsed": Equation(r"-\log \, p(x)", r"\frac{v}{2 \sigma^2} + \frac{1}{2} \log (2 \pi \sigma^2)"),
    "live": Equation(r"K_i", r"\frac{1}{2} \log \frac{\lambda_i}{\beta \sigma^2}"),
}
