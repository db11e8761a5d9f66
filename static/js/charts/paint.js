// When to draw: as soon as there is something new, but never what nobody sees, and never so often that the page lags.

import { delay } from "../parts/pacing.js";

const SHORTEST_MS = 200; // from one drawing to the next
const SHARE = 4; // a chart takes a quarter of the time: one that needs more than 50 ms is drawn less often,
const LONGEST_MS = 1000; // but no rest is longer

const frame = () => new Promise(requestAnimationFrame);

/** In a frame: resolves once the browser has laid out and painted what is new. */
const painted = () => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = resolve;
  port2.postMessage(null);
});

/**
 * A function that asks for `draw`: at once, or when the last drawing is long enough ago and somebody looks.
 * @param {HTMLElement} node
 * @param {() => Promise<void>} draw
 * @returns {() => void}
 */
export function painter(node, draw) {
  let isDue = false;
  let isPainting = false;
  let isSeen = true;
  let last = 0; // ms that the drawing before took
  let draws = 0; // the first drawing waits for no eye, so that scrolling finds no empty place

  async function paint() {
    if (isPainting) return;
    isPainting = true;
    // oxlint-disable-next-line no-unmodified-loop-condition -- the observer below modifies isSeen
    while (isDue && (isSeen || draws === 0) && !document.hidden) {
      await frame();
      isDue = false; // what came while it waited is drawn, too
      const started = performance.now();
      await draw();
      draws += 1;
      node.dataset.draws = String(draws);
      await painted(); // the browser's own work on what was drawn counts, too; waiting for the screen's turn does not
      if (draws === 1) performance.mark(`${node.id} drawn`);
      const cost = performance.now() - started;
      node.dataset.cost = cost.toFixed(1);
      const usual = Math.min(cost, last); // the first one, or a single slow one, says nothing of the next
      last = cost;
      await delay(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, SHARE * usual) - cost));
    }
    isPainting = false;
  }

  function ask() {
    isDue = true;
    paint();
  }

  new IntersectionObserver((entries) => {
    isSeen = entries[entries.length - 1].isIntersecting; // where several came at once, the last one holds
    paint();
  }).observe(node);
  document.addEventListener("visibilitychange", paint);
  document.addEventListener("themechange", (event) => {
    const { now } = /** @type {CustomEvent<{ now: boolean }>} */ (event).detail;
    if (now && draws > 0) draw();
    else ask();
  });
  return ask;
}
