// When to draw: as soon as there is something new, but never what nobody sees, and never so often that the page lags.

const SHORTEST_MS = 200; // from one drawing to the next
const SHARE = 5; // a chart takes a fifth of the time: one that needs more than 40 ms is drawn less often,
const LONGEST_MS = 1000; // but no rest is longer

const frame = () => new Promise(requestAnimationFrame);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** A function that asks for `draw`: at once, or when the last drawing is long enough ago and somebody looks. */
export function painter(node, draw) {
  let wanted = false;
  let painting = false;
  let seen = true;
  let drawn = false; // the first drawing waits for no eye, so that scrolling finds no empty place

  const due = () => wanted && (seen || !drawn) && !document.hidden;

  async function paint() {
    if (painting) return;
    painting = true;
    while (due()) {
      wanted = false;
      await frame();
      const started = performance.now();
      await draw();
      drawn = true;
      node.dataset.draws = Number(node.dataset.draws ?? 0) + 1;
      await frame(); // the browser's own work on what was drawn counts, too
      const cost = performance.now() - started;
      node.dataset.cost = cost.toFixed(1);
      await pause(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, SHARE * cost) - cost));
    }
    painting = false;
  }

  function ask() {
    wanted = true;
    paint();
  }

  new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    paint();
  }).observe(node);
  document.addEventListener("visibilitychange", paint);
  document.addEventListener("themechange", ask);
  return ask;
}
