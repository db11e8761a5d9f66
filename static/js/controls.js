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

/** The toolbar of a chart: x axis, y axis, smoothing, reference lines, reset and PNG. Returns the settings to start from. */
export function toolbar(root, filename, chartOf) {
  const settings = {};
  const change = (name, value) => {
    settings[name] = value;
    chartOf().schedule();
  };
  settings.x = radios(root, "x", "step", (value) => change("x", value));
  settings.y = radios(root, "y", "linear", (value) => change("y", value));

  const slider = root.querySelector("input[name=smooth]");
  const shown = slider.nextElementSibling;
  slider.value = Number(fromAddress("smooth", "0")) || 0;
  settings.smooth = Number(slider.value);
  shown.textContent = slider.value;
  slider.addEventListener("input", () => {
    shown.textContent = slider.value;
    toAddress({ smooth: slider.value === "0" ? null : slider.value });
    change("smooth", Number(slider.value));
  });

  const lines = root.querySelector("input[name=lines]"); // only a single run's chart has reference lines
  if (lines) {
    lines.checked = settings.lines = fromAddress("lines", "on", ["on", "off"]) === "on";
    lines.addEventListener("change", () => {
      toAddress({ lines: lines.checked ? null : "off" });
      change("lines", lines.checked);
    });
  }

  root.querySelector("[data-action=reset]").addEventListener("click", () => chartOf().reset());
  root.querySelector("[data-action=png]").addEventListener("click", () => chartOf().save(filename));
  root.hidden = false;
  return settings;
}
