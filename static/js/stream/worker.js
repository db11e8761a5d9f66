// A shared worker: one event stream for every tab of a browser, open while a tab is joined.

import { Stream } from "./stream.js";

/** @import { Message, StreamState } from "../types/page.d.ts" */

const KEPT = 200; // messages, for tabs whose page is a little older than the stream

/** @type {Set<MessagePort>} */
const tabs = new Set();
/** @type {Stream | null} */
let stream = null;
/** @type {StreamState | null} */
let state = null;
/** @type {Message[]} */
let recent = []; // the newest messages,
let floor = 0; // which follow this cursor

/** @param {number} cursor */
function begin(cursor) {
  recent = [];
  floor = cursor;
  state = null;
  stream = new Stream(cursor, deliver, say);
  stream.open();
  return stream;
}

/** @param {Message} message */
function deliver(message) {
  recent.push(message);
  if (recent.length > KEPT) floor = recent.shift()?.id ?? floor;
  for (const tab of tabs) tab.postMessage({ message });
}

/** @param {StreamState} now */
function say(now) {
  state = now;
  for (const tab of tabs) tab.postMessage({ state });
  if (now === "out") tabs.clear(); // the next page to join, signed in again, begins a stream of its own
}

/**
 * Send a tab what follows its cursor. Where that is no longer at hand, it has to read everything again.
 * @param {MessagePort} tab
 * @param {number} cursor
 */
function join(tab, cursor) {
  const joined = tabs.size > 0 && stream ? stream : begin(cursor);
  tabs.add(tab);
  if (cursor < floor) tab.postMessage({ message: { id: joined.cursor, event: "resync", data: {} } });
  else for (const message of recent) if (message.id > cursor) tab.postMessage({ message });
  if (state) tab.postMessage({ state });
}

/** @param {MessagePort} tab */
function leave(tab) {
  tabs.delete(tab);
  if (tabs.size === 0) stream?.close();
}

addEventListener("connect", (event) => {
  const [tab] = /** @type {MessageEvent} */ (event).ports;
  tab.onmessage = ({ data }) => ("join" in data ? join(tab, data.join) : leave(tab));
  tab.addEventListener("close", () => leave(tab)); // where browsers report a tab that crashed
});
