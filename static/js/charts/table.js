// The numbers of a chart as a table, for people who cannot see it or want to read one exactly: filled when it is opened.

const ROWS = 20;
const PLACES = 6; // of one run

/** Fill the table inside `details` from a drawn figure whenever it is opened. */
export function tabulate(details, node) {
  details.addEventListener("toggle", () => {
    if (!details.open || !node.data) return;
    const { head, rows } = (READERS["plane" in node.dataset ? "plane" : node.data[0]?.type] ?? series)(node);
    const table = details.querySelector("table");
    table.replaceChildren(section("thead", [head], "col"), section("tbody", rows, "row"));
  });
}

/** Evenly chosen rows of what the chart draws in view, the last one always among them. */
function series(node) {
  const traces = node.data.filter((trace) => trace.name && trace.x?.length && trace.meta.role !== "heldout");
  const [longest] = [...traces].sort((a, b) => b.x.length - a.x.length);
  const { range, title } = node.layout.xaxis;
  const inView = (longest?.x ?? []).filter((x) => typeof x === "string" || (x >= range[0] && x <= range[1]));
  const places = chosen(inView);
  const at = ({ x, y }, place) => y[typeof place === "string" ? x.indexOf(place) : x.findLastIndex((other) => other <= place)];
  return {
    head: [title?.text ?? "dimension", ...traces.map((trace) => trace.name)],
    rows: places.map((x) => [x, ...traces.map((trace) => at(trace, x))]),
  };
}

function heatmap({ data: [{ x, y, z }] }) {
  const columns = chosen(x.map((_, i) => i), 6);
  return {
    head: ["dimension", ...columns.map((i) => `step ${written(x[i])}`)],
    rows: y.slice(0, ROWS).map((name, j) => [name, ...columns.map((i) => z[j][i])]),
  };
}

/** The bins that hold something, by their logarithmic bounds. */
function histogram({ layout, calcdata: [bins] }) {
  const filled = bins.filter(({ s }) => s > 0);
  return {
    head: [`${layout.xaxis.title.text} from`, "to", "dimensions"],
    rows: filled.map(({ p0, p1, s }) => [10 ** p0, 10 ** p1, s]),
  };
}

/** Where runs went, in a few places each, and where they are held out. */
function plane({ data }) {
  const courses = data.filter((trace) => trace.name);
  const places = ({ name, x, y, meta }) =>
    chosen(x.map((_, i) => i), PLACES).map((i) => [`${name}, ${meta.role}`, x[i], y[i], x[i] + y[i]]);
  return { head: ["run", "KL", "reconstruction", "−ELBO"], rows: courses.flatMap(places) };
}

const READERS = { heatmap, histogram, plane };

function chosen(all, count = ROWS) {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]);
}

function section(kind, rows, scope) {
  const part = document.createElement(kind);
  for (const row of rows) {
    const line = part.appendChild(document.createElement("tr"));
    row.forEach((value, i) => {
      const heading = kind === "thead" || i === 0;
      const cell = line.appendChild(document.createElement(heading ? "th" : "td"));
      if (heading) cell.scope = scope;
      cell.className = "num";
      cell.textContent = written(value);
    });
  }
  return part;
}

function written(value) {
  if (typeof value !== "number") return value ?? "—";
  return value.toLocaleString("en", { maximumSignificantDigits: 5 }).replace("-", "−");
}
