"""What a run inherits with another's weights: outputs that its own loss may read as something else. No torch.

A Bernoulli's decoder, and a continuous Bernoulli's, puts out logits; every other family's puts out the pixels' values.
"""

from typing import Any

from vae_core.config.families import FAMILIES, LikelihoodName
from vae_core.config.train_config import TrainConfig
from vae_core.theory.preflight import Advice

LOGITS: frozenset[LikelihoodName] = frozenset({"bernoulli", "continuous_bernoulli"})


def misread_outputs(parent: TrainConfig, child: TrainConfig) -> Advice | None:
    """The warning that a fork begins far from where its parent was; None where both read the outputs alike."""
    if (parent.likelihood in LOGITS) == (child.likelihood in LOGITS):
        return None
    theirs, ours = ("logits" if config.likelihood in LOGITS else "the values of pixels" for config in (parent, child))
    before, now = FAMILIES[parent.likelihood], FAMILIES[child.likelihood]
    message = (
        f"The weights that it begins with were trained under a {before.decoder} decoder, whose outputs are {theirs}; "
        f"a {now.decoder} decoder reads them as {ours}. It starts far off and has to unlearn them first."
    )
    changes: dict[str, Any] = {"likelihood": parent.likelihood}
    if parent.dequantize != child.dequantize:
        changes |= {"dequantize": parent.dequantize}
    return Advice(message, "likelihood", changes)
