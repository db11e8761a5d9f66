// Numbers as a page writes them: by the rule for digits of app/text/numbers.py, which writes the same.

const NOTHING = "—";
const SPACE = "\u00a0"; // at which no line ends
const DIGITS = 3;
const SMALL = -4; // the power of ten from which,
const LARGE = 7; // and the one below which a number is a decimal
const MIXED = 3; // how many powers beyond these it stays one, or shares a power, beside others of a table
const WHOLE = 9; // the power of ten below which a given number keeps every digit before its point

/** @typedef {number | null | undefined} Value */

/**
 * 24.6, 0.0132, 4,690, 4.91×10¹⁸: what was measured, with three digits. Null is a dash.
 * @param {Value} value
 * @returns {string}
 */
export function formatNumber(value) {
  return formatColumn([value])[0];
}

/**
 * The numbers of one row or column: all decimals, or all with a power of ten, one for all if they lie near. Beside
 * numbers of ordinary size, one that is far larger has a power of its own and changes nothing for them.
 * @param {Value[]} values
 * @returns {string[]}
 */
export function formatColumn(values) {
  const all = values.filter(isScaled).map((value) => exponentOf(value));
  const far = Math.min(...all) < LARGE ? LARGE + MIXED : Infinity;
  const exponents = all.filter((exponent) => exponent < far);
  const low = exponents.length ? Math.min(...exponents) : 0;
  const high = exponents.length ? Math.max(...exponents) : 0;
  const beside = exponents.length > 1 ? low >= SMALL - MIXED && high < LARGE + MIXED : true;
  const decimals = high >= SMALL && low < LARGE && beside;
  return values.map((value) => {
    if (!isScaled(value)) return plain(value);
    const exponent = exponentOf(value);
    const scaled = !decimals || exponent >= far;
    const power = !scaled ? 0 : high - low <= MIXED && exponent < far ? high : exponent;
    return fixed(value, power, Math.max(0, DIGITS - 1 - exponent + power)) + (scaled ? times(power) : "");
  });
}

/**
 * 4,690: a whole number.
 * @param {number} value
 * @returns {string}
 */
export function formatCount(value) {
  return fixed(value, 0, 0);
}

/**
 * 784, 0.707, 2.5×10¹²: what is given or exact, without zeros at its end.
 * @param {number} value
 * @param {number} [digits] significant ones
 * @returns {string}
 */
export function formatSignificant(value, digits = DIGITS) {
  if (!Number.isFinite(value) || value === 0) return plain(value);
  if (Number.isInteger(value) && Math.abs(value) < 10 ** WHOLE) return fixed(value, 0, 0);
  const exponent = exponentOf(value, digits);
  const power = exponent >= SMALL && exponent < WHOLE ? 0 : exponent;
  const size = fixed(Math.abs(value), power, Math.max(0, digits - 1 - exponent + power)).replace(/(\.\d*?)0+$/, "$1");
  const short = size.replace(/\.$/, "");
  const text = power && short === "1" ? times(power).slice(1) : short + (power ? times(power) : "");
  return value < 0 ? `−${text}` : text;
}

/**
 * 47 s, 3 min, 1.2 h: about how long something takes, in steps that do not flicker while it passes.
 * @param {number} seconds
 * @returns {string}
 */
export function formatTimeLeft(seconds) {
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))}${SPACE}s`;
  if (seconds < 90) return `${Math.round(seconds / 5) * 5}${SPACE}s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)}${SPACE}min`;
  return `${(seconds / 3600).toFixed(1)}${SPACE}h`;
}

/**
 * What has no three digits: nothing, 0, and what is not finite.
 * @param {Value} value
 */
function plain(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return NOTHING;
  return value === 0 ? "0" : value < 0 ? "−∞" : "∞";
}

/**
 * @param {Value} value
 * @returns {value is number}
 */
const isScaled = (value) => typeof value === "number" && Number.isFinite(value) && value !== 0;

/**
 * The power of ten of the first digit, once the number has been rounded to so many.
 * @param {number} value
 * @param {number} [digits]
 */
const exponentOf = (value, digits = DIGITS) => Number(value.toExponential(digits - 1).split("e")[1]);

/**
 * As a multiple of a power of ten, to so many places; 0 has no sign.
 * @param {number} value
 * @param {number} power
 * @param {number} places
 */
function fixed(value, power, places) {
  const text = shifted(Math.abs(value), -power).toFixed(places);
  const grouped = text.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");
  return value < 0 && /[1-9]/.test(text) ? `−${grouped}` : grouped;
}

/**
 * Times a power of ten, without the rounding of a product.
 * @param {number} size
 * @param {number} power
 */
function shifted(size, power) {
  if (power === 0) return size;
  const [mantissa, exponent] = size.toExponential().split("e");
  return Number(`${mantissa}e${Number(exponent) + power}`);
}

/** @param {number} power */
const times = (power) => `×10${[...String(power)].map((sign) => POWERS[sign]).join("")}`;

/** @type {Record<string, string>} */
const POWERS = Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((raised, digit) => [digit, raised]).concat([["-", "⁻"]]));
