// One image of the sheets, enlarged: as many pixels as it has, drawn large, beside what it stands for and the difference.

import { formatCount } from "../parts/numbers.js";

/** @import { Sheet } from "../types/page.d.ts" */

/** @typedef {{ caption: string, sheet: Sheet, minus?: Sheet }} View of an image; less another, as an absolute value */

const GAP = 1; // pixels between the images of a sheet, as app/store/pictures.py has it
/** @type {Record<string, (columns: number) => number>} */
const KEYS = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: (columns) => -columns, ArrowDown: (columns) => columns };

/** A dialog with one place of the sheets that `views` gives. */
export class Zoom {
  #views;
  #dialog = document.createElement("dialog");
  #title = document.createElement("b");
  #images = document.createElement("div");
  #place = 0;
  #drawing = 0; // counted, so that what took too long is not shown

  /** @param {() => { step: number, views: View[] }} views those at the step in force */
  constructor(views) {
    this.#views = views;
    this.#dialog.className = "zoom";
    this.#dialog.setAttribute("aria-label", "One image, enlarged");
    this.#images.className = "zoom-images";
    const head = document.createElement("div");
    head.className = "zoom-head";
    const close = button("✕", "Close", () => this.#dialog.close());
    const steps = [button("‹", "Image before", () => this.#move(-1)), button("›", "Image after", () => this.#move(1))];
    head.append(this.#title, ...steps, close);
    this.#dialog.append(head, this.#images);
    this.#dialog.addEventListener("keydown", (event) => {
      const by = KEYS[event.key]?.(this.#columns);
      if (by === undefined) return;
      event.preventDefault();
      this.#move(by);
    });
    this.#dialog.addEventListener("click", ({ target }) => target === this.#dialog && this.#dialog.close()); // beside it
    document.body.append(this.#dialog);
  }

  /** @param {number} place in the sheet, from 0 row by row */
  open(place) {
    this.#place = place;
    this.#dialog.showModal();
    this.update();
  }

  /** The step or the kind of picture is another one. */
  async update() {
    if (!this.#dialog.open) return;
    const { step, views } = this.#views();
    this.#drawing += 1;
    const drawing = this.#drawing;
    const figures = await Promise.all(views.map((view) => draw(view, this.#place)));
    if (drawing !== this.#drawing) return;
    this.#title.textContent = `image ${formatCount(this.#place + 1)}, step ${formatCount(step)}`;
    this.#images.replaceChildren(...figures);
  }

  get #columns() {
    return this.#views().views[0].sheet.columns;
  }

  /** @param {number} by */
  #move(by) {
    const [{ sheet }] = this.#views().views;
    const place = this.#place + by;
    if (place < 0 || place >= sheet.columns * sheet.rows) return;
    this.#place = place;
    this.update();
  }
}

/**
 * Which image of a sheet is at a point of its element; the first one where a key was pressed.
 * @param {MouseEvent} event
 * @param {Sheet} sheet
 */
export function placeAt({ clientX, clientY, currentTarget }, sheet) {
  const { left, top, width } = /** @type {Element} */ (currentTarget).getBoundingClientRect();
  const height = (width * sheet.height) / sheet.width; // of the whole sheet, where the page shows a part of it
  const part = (/** @type {number} */ at, /** @type {number} */ count) => {
    return Math.min(count - 1, Math.max(0, Math.floor(at * count)));
  };
  const column = part((clientX - left) / width, sheet.columns);
  return part((clientY - top) / height, sheet.rows) * sheet.columns + column;
}

/**
 * @param {View} view
 * @param {number} place
 * @returns {Promise<HTMLElement>}
 */
async function draw({ caption, sheet, minus }, place) {
  const figure = document.createElement("figure");
  const canvas = document.createElement("canvas");
  const words = document.createElement("figcaption");
  words.textContent = caption;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", caption);
  figure.append(words, canvas);
  const pixels = await cut(canvas, sheet, place);
  if (minus) {
    const others = await cut(canvas, minus, place);
    for (let i = 0; i < pixels.data.length; i++) {
      if (i % 4 < 3) pixels.data[i] = Math.abs(pixels.data[i] - others.data[i]); // not the opacity
    }
    canvas.getContext("2d")?.putImageData(pixels, 0, 0);
  }
  return figure;
}

/**
 * Draw one image of a sheet; its pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {Sheet} sheet
 * @param {number} place
 */
async function cut(canvas, sheet, place) {
  const image = new Image();
  image.src = sheet.url;
  await image.decode();
  const across = (sheet.width - GAP) / sheet.columns;
  const down = (sheet.height - GAP) / sheet.rows;
  const [left, top] = [(place % sheet.columns) * across + GAP, Math.floor(place / sheet.columns) * down + GAP];
  canvas.width = across - GAP;
  canvas.height = down - GAP;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(image, left, top, canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * @param {string} sign
 * @param {string} label
 * @param {() => void} act
 */
function button(sign, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = sign;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}
