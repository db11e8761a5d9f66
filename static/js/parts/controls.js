// The controls beside a chart or a gallery, and their place in the page's address, so that a link shows the same view.

/** @import { Chart, Settings } from "../charts/chart.js" */

/**
 * The address's value of a setting, if it is one of those allowed.
 * @template {string | null} Fallback
 * @param {string} name
 * @param {Fallback} fallback
 * @param {string[] | null} [allowed]
 * @returns {string | Fallback}
 */
export function fromAddress(name, fallback, allowed = null) {
  const value = new URLSearchParams(location.search).get(name);
  return value !== null && (allowed === null || allowed.includes(value)) ? value : fallback;
}

/**
 * Write settings into the address without a new history entry; null removes one.
 * @param {Record<string, string | number | null>} settings
 */
export function toAddress(settings) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(settings)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, String(value));
  }
  url.search = url.search.replaceAll("%2C", ","); // of a list: commas may stand in an address
  history.replaceState(null, "", url);
}

/**
 * Tie a group of radio buttons to a function of the chosen value, starting from the address.
 * @param {ParentNode} root
 * @param {string} name
 * @param {string} fallback
 * @param {(value: string) => void} choose
 * @returns {string} the value at first
 */
export function radios(root, name, fallback, choose) {
  const inputs = [.../** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll(`input[name="${name}"]`))];
  const start = fromAddress(name, fallback, inputs.map((input) => input.value));
  for (const input of inputs) {
    input.checked = input.value === start;
    input.addEventListener("change", () => {
      toAddress({ [name]: input.value === fallback ? null : input.value });
      choose(input.value);
    });
  }
  return start;
}

/**
 * The controls of a chart: view, axes, smoothing, reset and PNG, as the address has them.
 * @param {ParentNode} root
 * @param {string} filename of the PNG, without its ending
 * @param {Chart} chart
 */
export function toolbar(root, filename, chart) {
  const views = part(root, "[data-views]");
  if (views) {
    chart.settings.view = radios(views, "view", "lines", (view) => chart.set({ view }));
    views.hidden = false;
  }
  chart.settings.x = axis(radios(root, "x", "step", (x) => chart.set({ x: axis(x) })));
  chart.settings.y = radios(root, "y", "linear", (y) => chart.set({ y }));

  const slider = input(root, "smooth");
  if (slider) {
    const shown = /** @type {HTMLElement} */ (slider.nextElementSibling);
    slider.value = String(Number(fromAddress("smooth", "0")) || 0);
    chart.settings.smooth = Number(slider.value);
    shown.textContent = slider.value;
    slider.addEventListener("input", () => {
      shown.textContent = slider.value;
      toAddress({ smooth: slider.value === "0" ? null : slider.value });
      chart.set({ smooth: Number(slider.value) });
    });
  }

  const epochs = input(root, "epochs");
  if (epochs) {
    epochs.checked = chart.settings.epochs = fromAddress("epochs", null) === "on";
    epochs.addEventListener("change", () => {
      toAddress({ epochs: epochs.checked ? "on" : null });
      chart.set({ epochs: epochs.checked });
    });
  }

  const lines = input(root, "lines"); // only a single run's chart has reference lines
  if (lines) {
    lines.checked = chart.settings.lines = fromAddress("lines", "on", ["on", "off"]) === "on";
    lines.addEventListener("change", () => {
      toAddress({ lines: lines.checked ? null : "off" });
      chart.set({ lines: lines.checked });
    });
  }

  part(root, "[data-action=reset]")?.addEventListener("click", () => chart.reset());
  part(root, "[data-action=png]")?.addEventListener("click", () => chart.save(filename));
  part(root, "[data-toolbar]")?.removeAttribute("hidden");
}

/** @param {string} value */
const axis = (value) => /** @type {Settings["x"]} */ (value);

/**
 * @param {ParentNode} root
 * @param {string} selector
 */
const part = (root, selector) => /** @type {HTMLElement | null} */ (root.querySelector(selector));

/**
 * @param {ParentNode} root
 * @param {string} name
 */
const input = (root, name) => /** @type {HTMLInputElement | null} */ (root.querySelector(`input[name=${name}]`));
