"""The translator in a browser, and in one without scripts."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch, accessibility_faults
from tests.server import Server

LOSS = "kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\nF.mse_loss(r, x) + self.beta * kld / len(x)"


def test_a_paste_is_translated_once_its_value_is_given(visit: Callable[[str], Page], watch: Watch) -> None:
    watch.expect("status of 422")
    page = visit("/translate?recipe=keras-2016")
    expect(page.get_by_role("heading", name="β = 784")).to_be_visible()
    page.get_by_label("Loss in PyTorch or Keras").fill(LOSS)
    page.get_by_label("Loss in PyTorch or Keras").press("Control+Enter")
    page.wait_for_selector("#errors")
    expect(page.locator("#errors")).to_be_focused()
    page.get_by_role("link", name="self.beta weighs the KL").click()
    expect(page.get_by_label("self.beta")).to_be_focused()
    assert accessibility_faults(page) == []
    page.get_by_label("self.beta").fill("1")
    page.get_by_label("self.beta").press("Enter")
    expect(page.get_by_role("heading", name="σ = 19.8")).to_be_visible()
    expect(page.get_by_label("Loss in PyTorch or Keras")).to_have_value(LOSS)
    expect(page.locator(".assumed li")).to_contain_text("len(x)")
    expect(page.locator("#field tbody tr")).to_have_count(14)


def test_it_works_without_scripts(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + "/translate")
    page.get_by_label("Seen in").select_option("keras-blog")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="β = 39.2")).to_be_visible()
    page.get_by_text("Or say how the loss adds up").click()
    page.get_by_label("Error over pixels").select_option("mean")
    page.get_by_role("button", name="Write it out and translate").click()
    expect(page.get_by_role("heading", name="β = 784")).to_be_visible()
    context.close()
