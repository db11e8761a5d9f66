// When to draw: as soon as there is something new, but never what nobody sees, and never so often that the page lags.

const SHORTEST_MS = 200; // from one drawing to the next
const SHARE = 5; // a chart takes a fifth of the time: one that needs more than 40 ms is drawn less often,
const LONGEST_MS = 1000; // but no rest is longer

const frame = () => new Promise(requestAnimationFrame);
const painted = () => new Promise((done) => { // in a frame: once the browser has laid out and painted what is new
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = done;
  port2.postMessage(null);
});
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** A function that asks for `draw`: at once, or when the last drawing is long enough ago and somebody looks. */
export function painter(node, draw) {
  let wanted = false;
  let painting = false;
  let seen = true;
  let last = 0; // ms that the drawing before took
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
      node.dataset.draws = Number(node.dataset.draws ?? 0) + 1;
      await painted(); // the browser's own work on what was drawn counts, too; that the screen waits for its turn does not
      if (!drawn) performance.mark(`${node.id} drawn`);
      drawn = true;
      const cost = performance.now() - started;
      node.dataset.cost = cost.toFixed(1);
      const usual = Math.min(cost, last); // the first one, or a single slow one, says nothing of the next
      last = cost;
      await pause(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, SHARE * usual) - cost));
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
