"""What the first visitors would wait for, done before there are any: half a second of imports and compilation."""

from app.plots.figure import Line
from app.plots.terms import terms_figure
from app.web import static_files
from app.web.rendering import templates


def rehearse() -> None:
    """Compile every template, compress plotly.js, and draw a figure that nobody sees."""
    environment = templates().env
    for name in environment.list_templates():
        environment.get_template(name)
    static_files.plotly_url()
    static_files.plotly_gzip()
    terms_figure(Line(0, "", 1, "solid"), "nats/image", variational=True, beta_varies=True)
