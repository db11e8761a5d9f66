// The controls beside a chart or a gallery, and their place in the page's address, so that a link shows the same view.

/** The address's value of a setting, if it is one of those allowed. */
export function fromAddress(name, fallback, allowed = null) {
  const value = new URLSearchParams(location.search).get(name);
  return value !== null && (allowed === null || allowed.includes(value)) ? value : fallback;
}

/** Write settings into the address without a new history entry; null or a default leaves it. */
export function toAddress(settings) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(settings)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  history.replaceState(null, "", url);
}

/** Tie a group of radio buttons to a function of the chosen value, starting from the address. */
export function radios(root, name, fallback, choose) {
  const inputs = [...root.querySelectorAll(`input[name="${name}"]`)];
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

/** The controls of a chart: view, axes, smoothing, reset and PNG, as the address has them. */
export function toolbar(root, filename, chart) {
  const views = root.querySelector("[data-views]");
  if (views) {
    chart.settings.view = radios(views, "view", "lines", (view) => chart.set("view", view));
    views.hidden = false;
  }
  chart.settings.x = radios(root, "x", "step", (value) => chart.set("x", value));
  chart.settings.y = radios(root, "y", "linear", (value) => chart.set("y", value));

  const slider = root.querySelector("input[name=smooth]");
  const shown = slider.nextElementSibling;
  slider.value = Number(fromAddress("smooth", "0")) || 0;
  chart.settings.smooth = Number(slider.value);
  shown.textContent = slider.value;
  slider.addEventListener("input", () => {
    shown.textContent = slider.value;
    toAddress({ smooth: slider.value === "0" ? null : slider.value });
    chart.set("smooth", Number(slider.value));
  });

  const lines = root.querySelector("input[name=lines]"); // only a single run's chart has reference lines
  if (lines) {
    lines.checked = chart.settings.lines = fromAddress("lines", "on", ["on", "off"]) === "on";
    lines.addEventListener("change", () => {
      toAddress({ lines: lines.checked ? null : "off" });
      chart.set("lines", lines.checked);
    });
  }

  root.querySelector("[data-action=reset]").addEventListener("click", () => chart.reset());
  root.querySelector("[data-action=png]").addEventListener("click", () => chart.save(filename));
  root.querySelector("[data-toolbar]").hidden = false;
}
