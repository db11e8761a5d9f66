// The pre-flight beside the New-run form: fetched anew while the form changes, with buttons that mend a warning.

const PAUSE_MS = 150; // after the last key
const AGAIN_MS = 1000; // while the server still computes

const form = document.getElementById("launch");
const panel = document.getElementById("preflight");
let timer = null;
let asking = null;

/** Ask once typing pauses; an answer that a later question has overtaken is dropped. */
function ask(pause = PAUSE_MS) {
  clearTimeout(timer);
  timer = setTimeout(fetchPanel, pause);
}

async function fetchPanel() {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const answer = await fetch("/runs/preflight", { method: "POST", body: new FormData(form), signal });
    if (answer.ok) show(await answer.text());
  } catch (error) {
    if (error.name !== "AbortError") panel.dataset.stale = "true"; // the server is gone: what is shown may be old
  }
}

function show(html) {
  const open = panel.querySelector("details")?.open;
  const page = new DOMParser().parseFromString(html, "text/html");
  panel.replaceChildren(...page.body.childNodes);
  const details = panel.querySelector("details");
  if (details && open) details.open = true;
  delete panel.dataset.stale;
  prepare();
}

/** Show the fixes that this form can make: a preset of several runs has no field in which they differ. */
function prepare() {
  for (const button of panel.querySelectorAll("[data-changes]")) {
    button.hidden = !Object.keys(JSON.parse(button.dataset.changes)).every((name) => form.elements[name]);
  }
  if (panel.querySelector("[data-soon]")) ask(AGAIN_MS);
}

panel.addEventListener("click", (event) => {
  const button = event.target.closest("[data-changes]");
  if (!button) return;
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.changes))) {
    form.elements[name].value = String(value);
  }
  form.dispatchEvent(new Event("input", { bubbles: true })); // as if typed: fields show and hide, and we ask anew
});

form.addEventListener("input", () => ask());
prepare();
