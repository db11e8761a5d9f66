// Decoded images of one or more runs under one slider: the same inputs and the same z at every step, as a film too.

import { fromAddress, radios, toAddress } from "../parts/controls.js";
import { Film } from "./film.js";
import { formatCount } from "../parts/numbers.js";
import { placeAt, Zoom } from "./zoom.js";

/** @import { PictureKind, Sheet } from "../types/page.d.ts" */
/** @import { View } from "./zoom.js" */

/** @typedef {PictureKind | "difference"} Shown what is chosen: a kind, or how far reconstructions are from the inputs */

/** @type {Record<Shown, string>} */
const CAPTIONS = {
  reconstructions: "reconstruction means",
  difference: "|input − reconstruction|",
  prior_means: "decoder means of z ~ N(0, I)",
  prior_samples: "samples x ~ p(x|z), z ~ N(0, I)",
};

/** The pictures of a page's runs at the slider's step. */
export class Gallery {
  #root;
  #sheets;
  #empty;
  #slider;
  #film;
  #zoom;
  /** @type {Shown} */
  #shown;
  /** @type {number[]} */
  #steps = [];
  #following = true; // the newest step
  /** @type {PictureKind} */
  #enlarged = "reconstructions";
  /** @type {number | undefined} */
  #announced;

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
    this.#shown = shownAs(radios(root, "kind", fallback, (kind) => {
      this.#shown = shownAs(kind);
      this.#show();
    }));
    this.#collect();
    const linked = this.#steps.indexOf(Number(fromAddress("picture", null) ?? NaN));
    if (linked >= 0) {
      this.#slider.value = String(linked);
      this.#following = false;
    }
    this.#film = new Film(root, (again) => this.#turn(again), () => this.#stay());
    this.#zoom = new Zoom(() => ({ step: this.#step, views: this.#views() }));
    this.#slider.addEventListener("input", () => this.#moved());
    child(root, "[data-action=back]").addEventListener("click", () => this.#move(-1));
    child(root, "[data-action=forward]").addEventListener("click", () => this.#move(1));
    for (const image of root.querySelectorAll("img")) this.#makeEnlargeable(image);
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

  /** The kind of sheet that is shown. */
  get #kind() {
    return this.#shown === "difference" ? "reconstructions" : this.#shown;
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

  /** Somebody chose a step: the film stops there. */
  #moved() {
    if (this.#film.isPlaying) this.#film.hold();
    else this.#stay();
    this.#show();
  }

  /** The step stays, in the address too; of the last one, whichever that will be. */
  #stay() {
    this.#following = this.#slider.value === this.#slider.max;
    toAddress({ picture: this.#following ? null : this.#step });
  }

  /**
   * The film's next picture.
   * @param {boolean} again whether the first one follows the last
   * @returns {boolean} whether there was one
   */
  #turn(again) {
    const isLast = this.#slider.value === this.#slider.max;
    if (this.#steps.length < 2 || (isLast && !again)) return false;
    this.#slider.value = isLast ? "0" : String(Number(this.#slider.value) + 1);
    this.#following = false;
    this.#show();
    return true;
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

  /** @returns {Sheet | undefined} */
  #inputs() {
    return [...this.#sheets.keys()].map((run) => this.#sheet(run, "inputs")).find(Boolean);
  }

  /**
   * The kind that a figure shows: its own, where it always shows one.
   * @param {HTMLElement} figure
   */
  #kindOf(figure) {
    return /** @type {PictureKind} */ (figure.dataset.kind ?? this.#kind);
  }

  get #figures() {
    return [.../** @type {NodeListOf<HTMLElement>} */ (this.#root.querySelectorAll("[data-sheet=run]"))];
  }

  #show() {
    if (this.#steps.length === 0) return;
    child(this.#root, "output").textContent = `step ${formatCount(this.#step)}`;
    this.#slider.setAttribute("aria-valuetext", `step ${this.#step}`);
    this.#showInputs();
    this.#showDifference(this.#showRuns());
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (this.#root.querySelectorAll("a[data-film]"))) {
      link.href = `${link.dataset.film}?kind=${this.#kind}`;
    }
    this.#zoom.update();
    if (this.#step === this.#announced) return;
    this.#announced = this.#step;
    document.dispatchEvent(new CustomEvent("picturestep", { detail: { step: this.#step } }));
  }

  #showInputs() {
    const inputs = child(this.#root, "[data-sheet=inputs]");
    inputs.hidden = this.#kindOf(inputs) !== "reconstructions";
    const sheet = this.#inputs();
    if (sheet) put(inputs.querySelector("img"), sheet, "Held-out input images");
  }

  /** @returns {(Sheet | undefined)[]} of each run */
  #showRuns() {
    return this.#figures.map((figure) => {
      const run = Number(figure.dataset.run);
      const sheet = this.#sheet(run, this.#kindOf(figure));
      const caption = CAPTIONS[figure.dataset.kind ? this.#kindOf(figure) : this.#shown];
      const lag = this.#lag(run, sheet);
      const aside = figure.querySelector("[data-lag]"); // beside a run's name, which the page wrote
      if (aside) aside.textContent = lag;
      else child(figure, "figcaption").textContent = lag ? `${caption}, ${lag}` : caption;
      put(figure.querySelector("img"), sheet, `${letterOf(figure)}${caption} at step ${sheet?.step}`);
      cover(figure, this.#shown === "difference" ? this.#inputs() : undefined);
      return sheet;
    });
  }

  /**
   * Where a run has no pictures at the step that is shown: of which step these are.
   * @param {number} run
   * @param {Sheet | undefined} sheet
   */
  #lag(run, sheet) {
    if (!sheet || sheet.step === this.#step) return "";
    const last = this.#sheets.get(run)?.findLast(({ kind }) => kind === sheet.kind);
    return `at step ${formatCount(sheet.step)}${last === sheet ? ", its last" : ""}`;
  }

  /**
   * Only a page of two runs shows their difference: one's image over the other's.
   * @param {(Sheet | undefined)[]} sheets
   */
  #showDifference(sheets) {
    const figure = this.#root.querySelector("[data-sheet=difference]");
    if (!(figure instanceof HTMLElement)) return;
    figure.hidden = !sheets.every(Boolean) || this.#shown === "difference";
    figure.querySelectorAll("img").forEach((image, i) => {
      put(image, sheets[i], i ? "" : "Absolute difference of A and B");
    });
  }

  /** @param {HTMLImageElement} image */
  #makeEnlargeable(image) {
    const figure = /** @type {HTMLElement | null} */ (image.closest("[data-sheet=inputs], [data-sheet=run]"));
    if (!figure) return;
    image.tabIndex = 0;
    image.setAttribute("role", "button");
    image.setAttribute("aria-haspopup", "dialog");
    image.addEventListener("click", (event) => {
      this.#enlarged = this.#kindOf(figure);
      const [view] = this.#views();
      if (view) this.#zoom.open(placeAt(event, view.sheet));
    });
    image.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.#enlarged = this.#kindOf(figure);
      if (this.#views().length) this.#zoom.open(0);
    });
  }

  /**
   * What the dialog shows of one place in the sheets.
   * @returns {View[]}
   */
  #views() {
    const kind = this.#enlarged;
    const inputs = kind === "reconstructions" ? this.#inputs() : undefined;
    /** @type {View[]} */
    const views = inputs ? [{ caption: "input", sheet: inputs }] : [];
    for (const figure of this.#figures) {
      const run = Number(figure.dataset.run);
      const sheet = this.#kindOf(figure) === kind && this.#sheet(run, kind);
      if (!sheet) continue;
      const letter = letterOf(figure);
      const lag = this.#lag(run, sheet);
      const captioned = (/** @type {string} */ words) => letter + (lag ? `${words}, ${lag}` : words);
      views.push({ caption: captioned(inputs ? "reconstruction mean" : CAPTIONS[kind]), sheet });
      if (inputs) views.push({ caption: captioned("|input − reconstruction|"), sheet, minus: inputs });
    }
    return views;
  }
}

/** @param {HTMLElement} figure of a run */
function letterOf(figure) {
  const { letter } = child(figure, "figcaption").dataset;
  return letter ? `${letter}: ` : "";
}

/**
 * Lay a sheet over the one that a figure shows, so that their difference is seen; or take it away.
 * @param {HTMLElement} figure
 * @param {Sheet | undefined} sheet
 */
function cover(figure, sheet) {
  const image = /** @type {HTMLImageElement} */ (figure.querySelector("img"));
  const frame = image.closest(".difference");
  if (!sheet || image.hidden) {
    frame?.replaceWith(image);
    return;
  }
  const around = frame ?? document.createElement("span");
  if (!frame) {
    around.className = "difference";
    image.replaceWith(around);
    around.append(image, new Image());
  }
  put(/** @type {HTMLImageElement} */ (around.lastElementChild), sheet, "");
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
const shownAs = (value) => /** @type {Shown} */ (value);

/**
 * The first element that matches, which is there.
 * @param {HTMLElement} root
 * @param {string} selector
 */
const child = (root, selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
