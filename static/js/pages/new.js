// The New-run form: shows the fields that matter for what is chosen, counts the steps, guards against a double start.

import "../parts/common.js";
import "../parts/preflight.js";

const form = document.getElementById("launch");
const value = (name) => form.elements[name]?.value;

function matches(condition) {
  return Object.entries(condition).every(([name, allowed]) => allowed.includes(value(name)));
}

/** What another choice makes meaningless is hidden and not sent: the server takes its default. */
function showFields() {
  for (const part of form.querySelectorAll("[data-shown-when]")) {
    const wrong = part.classList.contains("wrong");
    part.hidden = !matches(JSON.parse(part.dataset.shownWhen)) && !wrong;
    for (const input of part.querySelectorAll("input, select")) input.disabled = part.hidden;
  }
}

function countSteps() {
  const facts = document.getElementById("facts");
  const images = JSON.parse(facts.dataset.facts)[value("dataset")];
  const epoch = Math.ceil(images / Number(value("batch_size")));
  const epochs = value("epochs") === "" ? (value("max_steps") === "" ? 10 : Infinity) : Number(value("epochs"));
  const limit = value("max_steps") === "" ? Infinity : Number(value("max_steps"));
  const steps = Math.min(epochs * epoch, limit);
  facts.hidden = !Number.isFinite(steps) || steps < 1;
  facts.querySelector("[data-fact=epoch]").textContent = epoch.toLocaleString("en");
  facts.querySelector("[data-fact=steps]").textContent = steps.toLocaleString("en");
}

form.addEventListener("input", () => {
  showFields();
  countSteps();
});
form.addEventListener("submit", () => {
  form.querySelector("button.primary").disabled = true;
});
addEventListener("pageshow", () => (form.querySelector("button.primary").disabled = false));
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
showFields();
countSteps();
document.querySelector(".presets [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
document.getElementById("errors")?.focus();
document.body.dataset.ready = "true";
