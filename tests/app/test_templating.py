from app.templating import environment


def test_what_is_put_into_a_page_is_escaped_and_said_as_pages_say_it() -> None:
    made = environment().get_template("run/_config.html").render(config={"beta": "<b>"}, defaults={"beta": 1.0})
    assert "&lt;b&gt;" in made
    assert environment().from_string("{{ value|number }}").render(value=-4690.0) == "−4,690"
