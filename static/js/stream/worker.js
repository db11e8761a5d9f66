// A shared worker: one event stream for every tab of a browser, open while a tab is joined.

import { Stream } from "./stream.js";

const KEPT = 200; // messages, for tabs whose page is a little older than the stream

const tabs = new Set(); // their ports
let stream = null;
let state = null;
let recent = []; // the newest messages,
let floor = 0; // which follow this cursor

function begin(cursor) {
  recent = [];
  floor = cursor;
  state = null;
  stream = new Stream(cursor, deliver, say);
  stream.open();
}

function deliver(message) {
  recent.push(message);
  if (recent.length > KEPT) floor = recent.shift().id;
  for (const tab of tabs) tab.postMessage({ message });
}

function say(now) {
  state = now;
  for (const tab of tabs) tab.postMessage({ state });
}

/** A tab wants what follows its cursor. Where that is no longer at hand, it has to read everything again. */
function join(tab, cursor) {
  if (tabs.size === 0) begin(cursor);
  tabs.add(tab);
  const missed = cursor < floor ? [{ id: stream.cursor, kind: "resync", data: {} }] : recent.filter(({ id }) => id > cursor);
  for (const message of missed) tab.postMessage({ message });
  if (state) tab.postMessage({ state });
}

function leave(tab) {
  tabs.delete(tab);
  if (tabs.size === 0) stream?.close();
}

addEventListener("connect", ({ ports: [tab] }) => {
  tab.onmessage = ({ data }) => ("join" in data ? join(tab, data.join) : leave(tab));
  tab.addEventListener("close", () => leave(tab)); // where browsers tell of a tab that crashed
});
