// The New-run form: shows the fields that matter for what is chosen, counts the steps, guards against a double start.

import { element } from "../parts/embedded.js";
import { formatCount } from "../parts/numbers.js";
import { startPreflight } from "../parts/preflight.js";

const DEFAULT_EPOCHS = 10;

const form = /** @type {HTMLFormElement} */ (element("launch"));
const submit = /** @type {HTMLButtonElement} */ (form.querySelector("button.primary"));

/**
 * The value of a field that the form has.
 * @param {string} name
 * @returns {string | undefined}
 */
const value = (name) => /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name))?.value;

/**
 * @param {Record<string, (string | undefined)[]>} condition the values that each field may have
 * @returns {boolean}
 */
const matches = (condition) => Object.entries(condition).every(([name, allowed]) => allowed.includes(value(name)));

/** What another choice makes meaningless is hidden and not sent: the server takes its default. */
function showFields() {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-shown-when]"))) {
    const isWrong = part.classList.contains("wrong");
    part.hidden = !matches(JSON.parse(part.dataset.shownWhen ?? "{}")) && !isWrong;
    /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement>} */
    const fields = part.querySelectorAll("input, select");
    for (const field of fields) field.disabled = part.hidden;
  }
}

function countSteps() {
  const facts = element("facts");
  const images = JSON.parse(facts.dataset.facts ?? "{}")[value("dataset") ?? ""];
  const epoch = Math.ceil(images / Number(value("batch_size")));
  const limit = value("max_steps") === "" ? Infinity : Number(value("max_steps"));
  const epochs = value("epochs") !== "" ? Number(value("epochs")) : limit === Infinity ? DEFAULT_EPOCHS : Infinity;
  const steps = Math.min(epochs * epoch, limit);
  facts.hidden = !Number.isFinite(steps) || steps < 1;
  if (facts.hidden) return;
  for (const node of facts.querySelectorAll("[data-fact=epoch]")) node.textContent = formatCount(epoch);
  for (const node of facts.querySelectorAll("[data-fact=steps]")) node.textContent = formatCount(steps);
}

form.addEventListener("input", () => {
  showFields();
  countSteps();
});
form.addEventListener("submit", () => (submit.disabled = true));
addEventListener("pageshow", () => (submit.disabled = false));
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
showFields();
countSteps();
startPreflight();
document.querySelector(".presets [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
document.getElementById("errors")?.focus();
document.body.dataset.ready = "true";
