// The page's colours on a figure that the server built, and how every figure here is shown.

const LETTER_PX = 6.3; // of a row's title, about,
const LINE_PX = 15; // and the height of its second line

export const CONFIG = { displayModeBar: false, responsive: true, showSendToCloud: false, doubleClick: "reset" };

/** A colour of the page, resolved for the theme in force. */
export function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Put the rows' titles that are too long for a chart's width on two lines, broken after one of their marks. */
export function fold({ margin, annotations }, width) {
  const room = Math.floor((width - margin.l - margin.r) / LETTER_PX);
  for (const title of annotations) title.text = folded(title.text, room);
  if (annotations[0]?.text.includes("<br>")) margin.t += LINE_PX;
}

function folded(text, room) {
  const ends = [...text.matchAll(/, |: | — /g)].map(({ index, 0: mark }) => index + mark.length).filter((end) => end <= room);
  if (text.length <= room || !ends.length) return text;
  return `${text.slice(0, ends.at(-1)).trimEnd()}<br>${text.slice(ends.at(-1))}`;
}

/** A copy of the figure for the theme in force: a trace's `meta` says which slot it has, and how strong its fill is. */
export function themed(figure) {
  const ink = css("--ink");
  const soft = css("--ink-soft");
  const grid = css("--grid");
  const surface = css("--surface");
  const layout = structuredClone(figure.layout);
  Object.assign(layout, { paper_bgcolor: surface, plot_bgcolor: surface });
  layout.font = { ...layout.font, color: soft };
  layout.hoverlabel = { bgcolor: surface, bordercolor: grid, font: { color: ink } };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
    Object.assign(layout[name], { gridcolor: grid, zerolinecolor: soft, linecolor: grid, spikecolor: soft });
  }
  const data = figure.data.map((trace) => {
    const { slot, fill = 0.2 } = trace.meta;
    const colour = slot ? css(`--slot-${slot}`) : soft;
    const own = structuredClone(trace);
    if (own.line) own.line.color = colour;
    if (own.marker) own.marker.color = colour;
    if (own.fill) own.fillcolor = colour.replace("rgb(", "rgba(").replace(")", `, ${fill})`);
    return own;
  });
  return { data, layout };
}
