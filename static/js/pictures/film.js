// Pictures one after the other, until they are held or the last one has been shown.

import { radios } from "../parts/controls.js";

const FRAME_MS = 250; // that each is shown, at the speed of 1

/** A button that plays and holds, with its speed and whether it begins again after the last picture. */
export class Film {
  #button;
  #loop;
  #speed;
  #turn;
  #held;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {HTMLElement} root with the controls
   * @param {(again: boolean) => boolean} turn shows the next picture, after the last the first if `again`; false where
   *   there is none
   * @param {() => void} held called when a picture stays
   */
  constructor(root, turn, held) {
    this.#turn = turn;
    this.#held = held;
    this.#button = /** @type {HTMLElement} */ (root.querySelector("[data-action=play]"));
    this.#loop = /** @type {HTMLInputElement} */ (root.querySelector("input[name=loop]"));
    this.#speed = Number(radios(root, "speed", "1", (speed) => (this.#speed = Number(speed))));
    this.#button.addEventListener("click", () => (this.isPlaying ? this.hold() : this.#play()));
  }

  get isPlaying() {
    return this.#timer !== undefined;
  }

  /** Stay at the picture that is shown. */
  hold() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#write();
    this.#held();
  }

  #play() {
    if (!this.#turn(true)) return; // from the last picture to the first, whether or not it would go on after that
    this.#wait();
    this.#write();
  }

  #wait() {
    this.#timer = setTimeout(() => (this.#turn(this.#loop.checked) ? this.#wait() : this.hold()), FRAME_MS / this.#speed);
  }

  #write() {
    this.#button.setAttribute("aria-pressed", String(this.isPlaying));
    this.#button.textContent = this.isPlaying ? "❚❚" : "▶";
  }
}
