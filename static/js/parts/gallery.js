// Decoded images of one or more runs under one slider: the same inputs and the same z at every step.

import { fromAddress, radios, toAddress } from "./controls.js";
import { formatCount } from "./numbers.js";

/** @import { PictureKind, Sheet } from "../types/page.d.ts" */

/** @type {Record<PictureKind, string>} */
const CAPTIONS = {
  reconstructions: "reconstruction means",
  prior_means: "decoder means of z ~ N(0, I)",
  prior_samples: "samples x ~ p(x|z), z ~ N(0, I)",
};

/** The pictures of a page's runs at the slider's step. */
export class Gallery {
  #root;
  #sheets;
  #empty;
  #slider;
  /** @type {PictureKind} */
  #kind;
  /** @type {number[]} */
  #steps = [];
  #following = true; // the newest step

  /**
   * The gallery in a card; null in a card that shows no pictures.
   * @param {HTMLElement} card
   * @param {Map<number, Sheet[]>} sheets of each run
   * @returns {Gallery | null}
   */
  static start(card, sheets) {
    const root = card.querySelector("[data-gallery]");
    return root instanceof HTMLElement ? new Gallery(root, child(card, "[data-no-pictures]"), sheets) : null;
  }

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} empty shown while there are no pictures
   * @param {Map<number, Sheet[]>} sheets
   */
  constructor(root, empty, sheets) {
    this.#root = root;
    this.#empty = empty;
    this.#sheets = sheets;
    this.#slider = /** @type {HTMLInputElement} */ (child(root, "input[name=picture]"));
    const first = root.querySelector("input[name=kind]"); // missing where there is no choice
    const fallback = first instanceof HTMLInputElement ? first.value : "reconstructions";
    this.#kind = kindOf(radios(root, "kind", fallback, (kind) => {
      this.#kind = kindOf(kind);
      this.#show();
    }));
    this.#collect();
    const linked = this.#steps.indexOf(Number(fromAddress("picture", null) ?? NaN));
    if (linked >= 0) {
      this.#slider.value = String(linked);
      this.#following = false;
    }
    this.#slider.addEventListener("input", () => this.#moved());
    child(root, "[data-action=back]").addEventListener("click", () => this.#move(-1));
    child(root, "[data-action=forward]").addEventListener("click", () => this.#move(1));
    this.#show();
  }

  /**
   * A run has these sheets now; the newest is shown unless the slider was moved away from it.
   * @param {number} run
   * @param {Sheet[]} sheets
   */
  update(run, sheets) {
    this.#sheets.set(run, sheets);
    this.#collect();
    this.#show();
  }

  get #step() {
    return this.#steps[Number(this.#slider.value)];
  }

  #collect() {
    const chosen = this.#step;
    const outputs = [...this.#sheets.values()].flat().filter((sheet) => sheet.kind !== "inputs");
    this.#steps = [...new Set(outputs.map((sheet) => sheet.step))].toSorted((a, b) => a - b);
    const newest = Math.max(0, this.#steps.length - 1);
    this.#slider.max = String(newest);
    this.#slider.value = String(this.#following ? newest : Math.max(0, this.#steps.indexOf(chosen)));
    this.#empty.hidden = this.#steps.length > 0;
    this.#root.hidden = this.#steps.length === 0 && this.#root.dataset.gallery !== "placed"; // which keeps its place
  }

  /** @param {number} by */
  #move(by) {
    this.#slider.value = String(Number(this.#slider.value) + by);
    this.#moved();
  }

  #moved() {
    this.#following = this.#slider.value === this.#slider.max;
    toAddress({ picture: this.#following ? null : this.#step });
    this.#show();
  }

  /**
   * The newest sheet of a run at or before the step.
   * @param {number} run
   * @param {Sheet["kind"]} kind
   * @returns {Sheet | undefined}
   */
  #sheet(run, kind) {
    return this.#sheets.get(run)?.findLast((sheet) => sheet.kind === kind && sheet.step <= this.#step);
  }

  #show() {
    if (this.#steps.length === 0) return;
    child(this.#root, "output").textContent = `step ${formatCount(this.#step)}`;
    this.#slider.setAttribute("aria-valuetext", `step ${this.#step}`);
    this.#showInputs();
    this.#showDifference(this.#showRuns());
  }

  #showInputs() {
    const inputs = child(this.#root, "[data-sheet=inputs]");
    inputs.hidden = (inputs.dataset.kind ?? this.#kind) !== "reconstructions";
    const sheet = [...this.#sheets.keys()].map((run) => this.#sheet(run, "inputs")).find(Boolean);
    if (sheet) put(inputs.querySelector("img"), sheet, "Held-out input images");
  }

  /** @returns {(Sheet | undefined)[]} of each run */
  #showRuns() {
    const figures = /** @type {NodeListOf<HTMLElement>} */ (this.#root.querySelectorAll("[data-sheet=run]"));
    return [...figures].map((figure) => {
      const kind = kindOf(figure.dataset.kind ?? this.#kind); // some always show one kind
      const sheet = this.#sheet(Number(figure.dataset.run), kind);
      const caption = child(figure, "figcaption");
      const { letter } = caption.dataset; // of a run among several, whose caption says which
      if (!letter) caption.textContent = CAPTIONS[kind];
      put(figure.querySelector("img"), sheet, `${letter ? `${letter}: ` : ""}${CAPTIONS[kind]} at step ${sheet?.step}`);
      return sheet;
    });
  }

  /**
   * Only a page of two runs shows their difference: one's image over the other's.
   * @param {(Sheet | undefined)[]} sheets
   */
  #showDifference(sheets) {
    const figure = this.#root.querySelector("[data-sheet=difference]");
    if (!(figure instanceof HTMLElement)) return;
    figure.hidden = !sheets.every(Boolean);
    figure.querySelectorAll("img").forEach((image, i) => {
      put(image, sheets[i], i ? "" : "Absolute difference of A and B");
    });
  }
}

/**
 * Show a sheet in an image, or hide that where there is none.
 * @param {HTMLImageElement | null} image
 * @param {Sheet | undefined} sheet
 * @param {string} text in its place for those who cannot see it
 */
function put(image, sheet, text) {
  if (!image) return;
  image.hidden = !sheet;
  if (!sheet) return;
  image.alt = text;
  image.width = sheet.width;
  image.height = sheet.height;
  if (!image.src.endsWith(sheet.url)) image.src = sheet.url;
}

/** @param {string} value */
const kindOf = (value) => /** @type {PictureKind} */ (value);

/**
 * The first element that matches, which is there.
 * @param {HTMLElement} root
 * @param {string} selector
 */
const child = (root, selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
