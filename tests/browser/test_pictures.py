"""The decoded images: a film of the steps, the difference from the inputs, one image enlarged."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import accessibility_faults, eventually
from tests.server import Server, wait_until

Visit = Callable[[str], Page]
HEARD = """() => {
    window.heard = [];
    document.addEventListener('picturestep', ({ detail }) => heard.push(detail.step));
}"""


@pytest.fixture
def gallery(visit: Visit, page: Page, pair: list[int]) -> Page:
    """The page of a run with pictures of the steps 0, 100, 200, 300 and 400; it notes the steps that are shown."""
    page.add_init_script(f"({HEARD})()")
    return visit(f"/runs/{pair[0]}")


def test_a_film_plays_loops_and_is_held(gallery: Page) -> None:
    play = gallery.get_by_role("button", name="Play as a film")
    assert gallery.evaluate("heard") == [400]
    expect(play).to_have_attribute("aria-pressed", "false")
    gallery.get_by_role("radio", name="2×").check()
    play.click()
    expect(play).to_have_text("❚❚")
    eventually(gallery, "heard.length >= 8")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    steps = gallery.evaluate("heard")
    assert steps[:8] == [400, 0, 100, 200, 300, 400, 0, 100]
    expect(gallery.locator(".slider output")).to_have_text(f"step {steps[-1]}")
    assert gallery.evaluate("new URLSearchParams(location.search).get('picture')") in {str(steps[-1]), None}

    gallery.get_by_label("loop").uncheck()
    play.press("Enter")
    expect(play).to_have_text("▶")  # by itself, after the last picture
    expect(gallery.locator(".slider output")).to_have_text("step 400")
    assert "picture=" not in gallery.url


def test_a_step_that_somebody_chooses_holds_the_film(gallery: Page) -> None:
    gallery.get_by_role("radio", name="½×").check()
    gallery.get_by_role("button", name="Play as a film").click()
    expect(gallery.locator(".slider output")).to_have_text("step 100")
    gallery.get_by_label("Step of the pictures").press("End")
    expect(gallery.get_by_role("button", name="Play as a film")).to_have_text("▶")
    expect(gallery.locator(".slider output")).to_have_text("step 400")


def test_the_difference_is_black_only_where_images_are_equal(gallery: Page) -> None:
    gallery.get_by_role("radio", name="difference").check()
    expect(gallery.locator("[data-sheet=run] figcaption")).to_contain_text("|input − reconstruction|")
    frame = gallery.locator("[data-sheet=run] .difference img")
    expect(frame).to_have_count(2)
    assert frame.last.evaluate("(image) => getComputedStyle(image).mixBlendMode") == "difference"
    inputs = gallery.locator("[data-sheet=inputs] img").get_attribute("src")
    assert frame.last.get_attribute("src") == inputs
    assert "kind=difference" in gallery.url
    gallery.get_by_role("radio", name="prior, means").check()
    with gallery.expect_download() as kept:
        gallery.get_by_role("link", name="WebP").click()
    assert kept.value.suggested_filename.endswith("-prior-means.webp")
    expect(gallery.locator("[data-sheet=run] img")).to_have_count(1)
    assert accessibility_faults(gallery) == []


def test_one_image_is_enlarged_with_its_input_and_their_difference(gallery: Page) -> None:
    image = gallery.locator("[data-sheet=run] img")
    box = image.bounding_box()
    image.click(position={"x": box["width"] * 2.5 / 8, "y": box["height"] * 1.5 / 8})
    dialog = gallery.get_by_role("dialog")
    expect(dialog).to_contain_text("image 11, step 400")
    expect(dialog.locator("canvas")).to_have_count(3)
    data = "[...document.querySelectorAll('.zoom canvas')].map((one) => " \
        "[...one.getContext('2d').getImageData(0, 0, 8, 8).data].filter((_, i) => i % 4 === 0))"  # fmt: skip
    given, made, difference = gallery.evaluate(data)
    assert len(given) == 64
    assert difference == [abs(a - b) for a, b in zip(given, made, strict=True)]
    assert max(difference) > 0
    assert accessibility_faults(gallery) == []
    gallery.keyboard.press("ArrowDown")
    expect(dialog).to_contain_text("image 19, step 400")
    eventually(gallery, f"before => JSON.stringify(({data})[0]) !== before", str(given).replace(" ", ""))
    gallery.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    image.press("Enter")
    expect(dialog).to_contain_text("image 1, step 400")
    dialog.get_by_role("button", name="Close").click()
    expect(image).to_be_focused()


def test_a_run_without_pictures_at_the_step_names_the_step_of_those_it_shows(
    visit: Visit, server: Server, pair: list[int]
) -> None:
    (short,) = server.launch(name="short", config={"hidden": [8], "latent_dim": 4, "max_steps": 100, "examine": False})
    wait_until(lambda: server.api.get(f"/api/runs/{short['id']}").json()["status"] == "finished")
    page = visit(f"/compare?runs={pair[0]},{short['id']}")
    rows = page.locator("[data-sheet=run][data-kind=reconstructions]")
    expect(rows.locator("[data-lag]")).to_have_text(["", "at step 100, its last"])
    rows.nth(1).locator("img").press("Enter")
    captions = page.get_by_role("dialog").locator("figcaption")
    expect(captions.nth(1)).to_have_text("A: reconstruction mean")
    expect(captions.nth(3)).to_have_text("B: reconstruction mean, at step 100, its last")
    page.keyboard.press("Escape")
    page.get_by_label("Step of the pictures").press("Home")
    expect(rows.locator("[data-lag]")).to_have_text(["", ""])
