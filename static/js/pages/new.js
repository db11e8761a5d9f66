// The New-run form: shows the fields that matter for what is chosen, marks and keeps what is typed, starts once.

import { changedFields, markChanges, startResets } from "../form/changes.js";
import { element } from "../parts/embedded.js";
import { focusErrors } from "../parts/errors.js";
import { startPreflight } from "../form/preflight.js";
import { keepTyped } from "../form/typed.js";
import { takeSeveral, valuesOf } from "../form/values.js";

const LENGTH = ["epochs", "max_steps"]; // emptied together, they fall back to what the form began as

const form = /** @type {HTMLFormElement} */ (element("launch"));
const whose = form.getAttribute("data-whose"); // its `dataset` is a field
const submit = /** @type {HTMLButtonElement} */ (element("start"));

/**
 * A field that the form has.
 * @param {string} name
 * @returns {HTMLInputElement | null}
 */
const field = (name) => /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));

/**
 * @param {Record<string, (string | undefined)[]>} condition the values that each field may have
 * @returns {boolean}
 */
const matches = (condition) => Object.entries(condition).every(([name, allowed]) => {
  const one = field(name);
  return one !== null && valuesOf(one).some((value) => allowed.includes(value));
});

/** What another choice makes meaningless is hidden and not sent: the server takes its default. */
function showFields() {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-shown-when]"))) {
    const isWrong = part.querySelector(".error p") !== null;
    part.hidden = !matches(JSON.parse(part.dataset.shownWhen ?? "{}")) && !isWrong;
    /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement>} */
    const fields = part.querySelectorAll("input, select");
    for (const one of fields) one.disabled = part.hidden;
  }
}

/** What an empty length means. */
function showLength() {
  const fields = LENGTH.map(field).filter((one) => one !== null);
  const endless = fields.every((one) => one.value.trim() === "");
  for (const one of fields) {
    const part = /** @type {HTMLElement} */ (one.closest(".field"));
    part.toggleAttribute("data-optional", !endless);
    one.placeholder = endless && part.dataset.base ? `${part.dataset.base} (${whose})` : "no limit";
  }
}

/** Let a choice take several values, and say which do. */
function startSeveral() {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-several]"))) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const select = /** @type {HTMLSelectElement} */ (button.closest(".field")?.querySelector("select"));
      takeSeveral(select, !select.multiple);
      select.dispatchEvent(new Event("input", { bubbles: true })); // as if chosen
      select.focus();
    });
  }
}

function showSeveral() {
  for (const button of form.querySelectorAll("[data-several]")) {
    button.setAttribute("aria-pressed", String(button.closest(".field")?.querySelector("select")?.multiple));
  }
}

/** The link to the form of a sweep takes with it what was typed. */
function takeChanges() {
  const link = /** @type {HTMLAnchorElement | null} */ (document.getElementById("to-sweep"));
  if (!link) return;
  const [path, origin] = [link.pathname, link.dataset.origin ?? ""];
  const query = new URLSearchParams(origin);
  for (const [name, text] of changedFields(form)) if (name !== "seeds") query.set(`with-${name}`, text);
  link.href = `${path}?${query}`;
}

function follow() {
  showSeveral();
  showFields();
  showLength();
  markChanges(form);
  takeChanges();
}

// An answer to a refused launch has the address of the list; reloaded, it is a form again.
const refused = location.pathname !== "/runs/new";
if (refused) {
  const about = new URLSearchParams(["preset", "from", "fork"].flatMap((name) => (field(name) ? [[name, field(name)?.value ?? ""]] : [])));
  history.replaceState(history.state, "", `/runs/new?${about}`);
}
const restored = keepTyped(form, refused);
form.addEventListener("input", follow);
form.addEventListener("submit", () => (submit.disabled = true));
addEventListener("pageshow", () => (submit.disabled = false));
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(submit);
});
follow();
startSeveral();
startResets(form);
startPreflight(restored);
document.querySelector(".presets [data-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
focusErrors();
document.body.dataset.ready = "true";
