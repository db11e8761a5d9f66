"""Templates with their filters: what is put into a page, and how it is said there."""

import re

from app.templating import environment
from vae_core.config.train_config import TrainConfig


def test_what_is_put_into_a_page_is_escaped_and_said_as_pages_say_it() -> None:
    made = environment().get_template("run/_config.html").render(config={"beta": "<b>"}, defaults={"beta": 1.0})
    assert "&lt;b&gt;" in made
    assert environment().from_string("{{ value|number }}").render(value=-4690.0) == "−4,690"


def test_a_configuration_is_listed_in_the_forms_words_with_code_names_in_the_tooltips() -> None:
    config = TrainConfig(likelihood="gaussian", hidden=(30,)).to_dict()
    made = environment().get_template("run/_config.html").render(config=config, defaults=TrainConfig().to_dict())
    entries = dict(re.findall(r"<dt title=\"(\w+)\">(.*?)</dt>", made))
    assert entries.keys() == config.keys()
    assert [name for name, text in entries.items() if "_" in text] == []
    assert '<dt title="likelihood">Loss</dt><dd>Gaussian (MSE)</dd>' in made
