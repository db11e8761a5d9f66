// What every page does: theme, relative times, copy buttons, and swapping in server-rendered parts that changed.

const AGAIN_MS = 1000; // while the server counts pixels
const THEMES = ["auto", "light", "dark"];

function startTheme() {
  const button = document.getElementById("theme");
  const show = () => {
    button.querySelector("[data-theme-name]").textContent = document.documentElement.dataset.theme ?? "auto";
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const now = document.documentElement.dataset.theme ?? "auto";
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
    show();
    document.dispatchEvent(new CustomEvent("themechange"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    document.dispatchEvent(new CustomEvent("themechange")),
  );
  show();
}

const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const AGES = [[60, "second", 1], [3600, "minute", 60], [86400, "hour", 3600], [Infinity, "day", 86400]];

function showTimes(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    const age = (Date.now() - date) / 1000;
    const [, unit, size] = AGES.find(([limit]) => age < limit);
    time.textContent = age < 5 ? "just now" : ago.format(-Math.floor(age / size), unit);
    time.title = exact.format(date);
  }
}

function startCopying() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const label = button.textContent;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = label), 1500);
    });
  }
}

/** Say something to screen readers, once. */
export function announce(text) {
  document.getElementById("announce").textContent = text;
}

/** A number with a real minus sign; a huge one in powers of ten. */
export function fixed(value, digits) {
  return (Math.abs(value) < 1e7 ? value.toFixed(digits) : value.toPrecision(3)).replace("-", "−");
}

/** The JSON that the server put into the page under this id. */
export function embedded(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** A function that runs `act` at once, then at most every `pause` ms, and once more after the last call. */
export function throttled(act, pause) {
  let timer = null;
  let again = false;
  const run = async () => {
    timer = setTimeout(() => {
      timer = null;
      if (again) {
        again = false;
        run();
      }
    }, pause);
    await act();
  };
  return () => (timer === null ? run() : (again = true));
}

function keepChoices(old, fresh) {
  for (const box of old.querySelectorAll("input[type=checkbox]:checked")) {
    const twin = fresh.querySelector(`input[name="${box.name}"][value="${CSS.escape(box.value)}"]`);
    if (twin) twin.checked = true;
  }
}

function swap(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  keepChoices(old, fresh);
  old.replaceWith(fresh);
  if (focused) {
    const label = focused.getAttribute("aria-label") ?? focused.textContent;
    const same = [...fresh.querySelectorAll(focused.tagName)].find(
      (node) => (node.getAttribute("aria-label") ?? node.textContent) === label,
    );
    same?.focus();
  }
}

/** Fetch this page again and swap every part marked data-live that has changed. */
export const refreshParts = throttled(async () => {
  let html;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    html = await answer.text();
  } catch {
    return; // the stream's badge already says that the server is gone
  }
  swapParts(html);
}, 800);

/** Swap every part marked data-live that this newer page has otherwise. */
export function swapParts(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const fresh of page.querySelectorAll("[data-live][id]")) {
    const old = document.getElementById(fresh.id);
    showTimes(fresh);
    if (old && old.innerHTML !== fresh.innerHTML) swap(old, fresh);
  }
  document.dispatchEvent(new CustomEvent("partschange"));
}

/** Ask again soon for parts marked data-soon, such as need a data set's pixels, which the server still counts. */
export function whileCounting(ask) {
  if (document.querySelector("[data-soon]")) setTimeout(ask, AGAIN_MS);
}

/** Post a form in the background and show what it changed, so that a zoom or a choice is not lost. */
function startSwappingForms() {
  document.addEventListener("submit", async (event) => {
    if (!event.target.matches("form.inline:is([action$='/stop'], [action$='/pause'], [action$='/resume'])")) return;
    event.preventDefault();
    event.target.querySelector("button").disabled = true;
    await fetch(event.target.action, { method: "POST" }).catch(() => {});
    refreshParts();
  });
}

startTheme();
startCopying();
startSwappingForms();
showTimes();
setInterval(showTimes, 10_000);
