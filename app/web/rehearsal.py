"""What the first visitors would wait for, done before there are any: half a second of imports and compilation."""

from app.plots.figure import Line
from app.plots.terms import terms_figure
from app.web import assets


def rehearse() -> None:
    """Compile every template, compress plotly.js, and draw a figure that nobody sees."""
    environment = assets.templates().env
    for name in environment.list_templates():
        environment.get_template(name)
    assets.plotly_url()
    assets.plotly_gzip()
    terms_figure(Line(0, "", 1, "solid"), "nats/image", variational=True, beta_varies=True)
