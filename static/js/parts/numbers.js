// Numbers as a page writes them: as the server does, with commas and a real minus sign.

const NOTHING = "—";
const LARGE = 1e7; // beyond which no digit after the point and no comma helps

/**
 * 105.57, 0.0132, 4.91e+18: enough digits to compare, none to wade through. Null is a dash.
 * @param {number | null | undefined} value
 * @param {number} [digits] after the point, from 1 upwards
 * @returns {string}
 */
export function formatNumber(value, digits = 2) {
  if (value === null || value === undefined) return NOTHING;
  const size = Math.abs(value);
  if (size >= LARGE) return tidy(Number(value.toPrecision(3)).toExponential());
  if (size >= 1 || size === 0) return tidy(grouped(value.toFixed(digits)));
  const rounded = Number(value.toPrecision(3));
  return tidy(Math.abs(rounded) < 1e-4 ? value.toExponential(2) : value.toPrecision(3));
}

/**
 * 4,690: a whole number.
 * @param {number} value
 * @returns {string}
 */
export function formatCount(value) {
  return tidy(grouped(value.toFixed(0)));
}

/**
 * 1,234.5, 0.0012345: a number with so many significant digits at most.
 * @param {number} value
 * @param {number} digits
 * @returns {string}
 */
export function formatSignificant(value, digits) {
  return tidy(value.toLocaleString("en", { maximumSignificantDigits: digits }));
}

/**
 * 47 s, 3 min, 1.2 h: about how long something takes, in steps that do not flicker while it passes.
 * @param {number} seconds
 * @returns {string}
 */
export function formatTimeLeft(seconds) {
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90) return `${Math.round(seconds / 5) * 5} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** @param {string} text */
const grouped = (text) => text.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");

/** @param {string} text */
const tidy = (text) => text.replace(/^-/, "−").replace(/e([+-])(\d)$/, "e$10$2");
