// Decoded images of one or more runs under one slider: the same inputs and the same z at every step.

import { fromAddress, radios, toAddress } from "./controls.js";

const CAPTIONS = {
  reconstructions: "reconstruction means",
  prior_means: "decoder means of z ~ N(0, I)",
  prior_samples: "samples x ~ p(x|z), z ~ N(0, I)",
};

export class Gallery {
  #root;
  #sheets; // run -> its sheets
  #steps = [];
  #following = true;

  constructor(root, sheets) {
    this.#root = root.querySelector("[data-gallery]");
    this.#sheets = sheets;
    if (!this.#root) return;
    this.empty = root.querySelector("[data-no-pictures]");
    this.slider = this.#root.querySelector("input[name=picture]");
    this.kind = radios(this.#root, "kind", "reconstructions", (kind) => {
      this.kind = kind;
      this.show();
    });
    const asked = fromAddress("picture", null);
    this.#collect();
    if (asked !== null && this.#steps.includes(Number(asked))) {
      this.slider.value = this.#steps.indexOf(Number(asked));
      this.#following = false;
    }
    this.slider.addEventListener("input", () => this.#moved());
    for (const [action, by] of [["back", -1], ["forward", 1]]) {
      this.#root.querySelector(`[data-action=${action}]`).addEventListener("click", () => {
        this.slider.value = Number(this.slider.value) + by;
        this.#moved();
      });
    }
    this.show();
  }

  /** A run's sheets anew; the newest is shown unless the slider was moved away from it. */
  update(run, sheets) {
    if (!this.#root) return;
    this.#sheets.set(run, sheets);
    this.#collect();
    this.show();
  }

  #collect() {
    const chosen = this.#steps[Number(this.slider.value)];
    const all = [...this.#sheets.values()].flat().filter((sheet) => sheet.kind !== "inputs");
    this.#steps = [...new Set(all.map((sheet) => sheet.step))].sort((a, b) => a - b);
    this.slider.max = Math.max(0, this.#steps.length - 1);
    this.slider.value = this.#following ? this.slider.max : Math.max(0, this.#steps.indexOf(chosen));
    this.empty.hidden = this.#steps.length > 0;
    this.#root.hidden = this.#steps.length === 0;
  }

  #moved() {
    this.#following = this.slider.value === this.slider.max;
    toAddress({ picture: this.#following ? null : this.#steps[Number(this.slider.value)] });
    this.show();
  }

  /** The newest sheet of a run at or before a step. */
  #sheet(run, kind, step) {
    return this.#sheets.get(run).findLast((sheet) => sheet.kind === kind && sheet.step <= step);
  }

  show() {
    if (this.#steps.length === 0) return;
    const step = this.#steps[Number(this.slider.value)];
    this.#root.querySelector("output").textContent = `step ${step.toLocaleString("en")}`;
    this.slider.setAttribute("aria-valuetext", `step ${step}`);

    const inputs = this.#root.querySelector("[data-sheet=inputs]");
    inputs.hidden = this.kind !== "reconstructions";
    const first = [...this.#sheets.keys()].find((run) => this.#sheet(run, "inputs", step));
    if (first !== undefined) put(inputs.querySelector("img"), this.#sheet(first, "inputs", step), "Held-out input images");

    const shown = [...this.#root.querySelectorAll("[data-sheet=run]")].map((figure) => {
      const sheet = this.#sheet(Number(figure.dataset.run), this.kind, step);
      const caption = figure.querySelector("figcaption");
      const letter = caption.dataset.letter ? `${caption.dataset.letter}: ` : "";
      caption.textContent = letter + CAPTIONS[this.kind];
      put(figure.querySelector("img"), sheet, `${letter}${CAPTIONS[this.kind]} at step ${sheet?.step}`);
      return sheet;
    });
    const difference = this.#root.querySelectorAll("[data-sheet=difference] img");
    if (difference.length === 0) return;
    this.#root.querySelector("[data-sheet=difference]").hidden = !shown.every(Boolean);
    difference.forEach((image, index) => put(image, shown[index], index ? "" : "Absolute difference of A and B"));
  }
}

function put(image, sheet, text) {
  image.hidden = !sheet;
  if (!sheet) return;
  image.alt = text;
  image.width = sheet.width;
  image.height = sheet.height;
  if (!image.src.endsWith(sheet.url)) image.src = sheet.url;
}
