"""The shape and the split sizes of each data set, without loading it. No torch here."""

from dataclasses import dataclass

LEVELS = 256  # grey levels of an 8-bit pixel, from 0, black
WHITE = LEVELS - 1


@dataclass(frozen=True)
class DatasetFacts:
    """A data set of grey 8-bit images: `train` and `test` count images, `classes` names the labels."""

    name: str
    title: str
    height: int
    width: int
    train: int
    test: int
    classes: tuple[str, ...]
    source: str
    channels: int = 1

    @property
    def dimensions(self) -> int:
        """D, the numbers in one image."""
        return self.channels * self.height * self.width


DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip

FACTS = {
    facts.name: facts
    for facts in (
        DatasetFacts("digits", "Digits 8×8", 8, 8, 1437, 360, DIGITS, "UCI optical digits, through scikit-learn"),
        DatasetFacts("mnist", "MNIST", 28, 28, 60_000, 10_000, DIGITS, "LeCun, Cortes, Burges (CC BY-SA 3.0)"),
        DatasetFacts("fashion-mnist", "Fashion-MNIST", 28, 28, 60_000, 10_000, CLOTHES, "Zalando SE (MIT)"),
    )
}
