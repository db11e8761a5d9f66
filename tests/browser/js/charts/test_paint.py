"""When a chart is drawn."""

from tests.browser.js.conftest import Scripts

SEEN = """async ({ painter }, changes) => {
  let report;
  const Real = IntersectionObserver;
  window.IntersectionObserver = class { constructor(callback) { report = callback; } observe() {} };
  let draws = 0;
  const ask = painter(document.createElement("div"), async () => { draws += 1; });
  window.IntersectionObserver = Real;
  const drawn = async (count) => {
    for (let i = 0; draws < count && i < 200; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  ask();
  await drawn(1);
  report(changes.map((isIntersecting) => ({ isIntersecting })));
  ask();
  await drawn(2);
  return draws;
}"""


def test_of_several_changes_at_once_the_last_says_whether_it_is_seen(scripts: Scripts) -> None:
    assert scripts("charts/paint.js", SEEN, [False, True]) == 2
