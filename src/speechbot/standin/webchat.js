// The chat page: who is chatting, what was said, what happens meanwhile. Looks: webchat_bubbles.js; typing:
// webchat_composer.js.

import { Bubbles, el, filled, keyOf, openable } from "./webchat_bubbles.js";
import { Composer } from "./webchat_composer.js";

const PAGE = 200; // messages shown at first, and more at each request for earlier ones
const NEAR = 80; // pixels from the end within which the page follows what comes
const TYPING = 5000; // milliseconds that an action is shown, as other clients do
const TOAST = 3500; // milliseconds
const PATIENCE = 20_000; // milliseconds until a button is thought to have no answer
const FIRST_RETRY = 250; // milliseconds, doubled up to the last
const LAST_RETRY = 4000;
const KEPT_ANSWERS = 50; // answers that came before anybody asked for them

const settings = await (await fetch("/webchat.json")).json();
const { wording, bot } = settings;
const view = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));

const state = {
  person: settings.people[0],
  limit: PAGE,
  messages: new Map(), // by key: what is shown
  rows: new Map(), // by key: its node
  reactions: {},
  commands: [],
  waiting: new Set(), // buttons that were pressed and not answered
  loads: 0,
  held: null, // what happens while the transcript is on its way
  unread: 0,
  follows: true, // whether the page stays at the end as it grows
};

/** What cannot be done, in words for who looks at the page. */
class Problem extends Error {}

/** Have something done. */
async function deed(path, params = {}) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user: state.person.user, ...params }),
    });
  } catch {
    throw new Problem(wording.unreachable);
  }
  if (!response.ok) throw new Problem(filled(wording.failed, { code: response.status }));
  const answer = await response.json();
  if (!answer.ok) throw new Problem(answer.error);
  return answer.result;
}

// ---- Answers to queries: they come as events, perhaps before the query's number is known here.

const awaited = new Map();
const early = new Map();

function settle(number, answer) {
  const resolve = awaited.get(number);
  if (resolve) {
    awaited.delete(number);
    resolve(answer);
    return;
  }
  early.set(number, answer);
  if (early.size > KEPT_ANSWERS) early.delete(early.keys().next().value);
}

/** The answer to a query; null when none comes. */
function answered(number) {
  if (early.has(number)) {
    const answer = early.get(number);
    early.delete(number);
    return Promise.resolve(answer);
  }
  return new Promise((resolve) => {
    awaited.set(number, resolve);
    setTimeout(() => awaited.delete(number) && resolve(null), PATIENCE);
  });
}

// ---- Short notes

let toasting = 0;
function toast(text) {
  clearTimeout(toasting);
  view.toast.textContent = text;
  view.toast.classList.add("shown");
  toasting = setTimeout(() => view.toast.classList.remove("shown"), TOAST);
}

function alertWith(text) {
  view.alert_text.textContent = text;
  if (!view.alert.open) view.alert.showModal();
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(wording.copied);
  } catch {
    toast(wording.copy_failed);
  }
}

let acting = 0;
function status(text) {
  clearTimeout(acting);
  view.status.textContent = text || wording.robot;
  view.status.classList.toggle("active", Boolean(text));
  if (text) acting = setTimeout(status, TYPING);
}

// ---- What messages may have done

/** Follow an address that leads to the bot; false for any other, which the browser opens. */
function follow(address) {
  const url = new URL(address);
  const deep = url.protocol === "tg:" && url.hostname === "resolve";
  const name = deep ? url.searchParams.get("domain") : url.pathname.slice(1).replace(/\/$/, "");
  if (!deep && !["t.me", "telegram.me"].includes(url.hostname)) return false;
  if (name?.toLowerCase() !== bot.username.toLowerCase()) return false;
  const payload = url.searchParams.get("start");
  send(payload ? `/start ${payload}` : "/start");
  return true;
}

async function send(text) {
  try {
    await deed("/say", { text });
    toEnd();
  } catch (problem) {
    toast(problem.message);
  }
}

function wait(press, on) {
  if (on) state.waiting.add(press);
  else state.waiting.delete(press);
  for (const key of view.log.querySelectorAll(`[data-press="${CSS.escape(press)}"]`)) {
    if (on) key.setAttribute("aria-busy", "true");
    else key.removeAttribute("aria-busy");
  }
}

async function press(message, button) {
  const id = `${keyOf(message)} ${button.callback_data}`;
  if (state.waiting.has(id)) return;
  wait(id, true);
  try {
    const number = await deed("/press", {
      message: message.inline_message_id ?? message.message_id,
      data: button.callback_data,
    });
    const answer = await answered(number);
    if (answer === null) toast(wording.no_answer);
    else if (answer.text && answer.show_alert) alertWith(answer.text);
    else if (answer.text) toast(answer.text);
    const href = openable(answer?.url ?? "");
    if (answer?.url && href && !follow(href)) open(href, "_blank", "noopener,noreferrer");
  } catch (problem) {
    toast(problem.message);
  } finally {
    wait(id, false);
  }
}

async function download(message) {
  try {
    const file = await deed("/download", { message: message.message_id });
    const data = Uint8Array.from(atob(file.data), (one) => one.charCodeAt(0));
    const href = URL.createObjectURL(new Blob([data], { type: file.mime || "application/octet-stream" }));
    el("a", { href, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  } catch (problem) {
    toast(problem.message);
  }
}

async function picture(message) {
  const file = await deed("/download", { message: message.message_id });
  return `data:${file.mime};base64,${file.data}`;
}

function show(key) {
  const row = state.rows.get(key);
  row?.scrollIntoView({ block: "center", behavior: "smooth" });
  row?.classList.add("found");
  row?.addEventListener("animationend", () => row.classList.remove("found"), { once: true });
}

// ---- The transcript

const bubbles = new Bubbles({
  get me() {
    return state.person.user;
  },
  get reactions() {
    return state.reactions;
  },
  bot,
  wording,
  follow,
  send,
  press,
  copy,
  download,
  picture,
  show,
  say: toast,
  stay: () => {
    state.follows = false;
  },
  waits: (press) => state.waiting.has(press),
  menu: (message, anchor, point) => composer.menu(message, anchor, point),
});

const atEnd = () => view.scroller.scrollHeight - view.scroller.scrollTop - view.scroller.clientHeight < NEAR;

function toEnd() {
  state.follows = true;
  view.scroller.scrollTop = view.scroller.scrollHeight;
  seen();
}

function seen() {
  const end = atEnd();
  if (end) state.unread = 0;
  view.bottom.hidden = end;
  view.unread.textContent = state.unread || "";
}

/** Scrolled by whoever reads, or from here. */
function scrolled() {
  state.follows = atEnd();
  seen();
}

/** The page's size or what is on it has changed: stay at the end if it was there. */
function settled() {
  if (state.follows) toEnd();
  else seen();
}

/** Change what is shown. */
function changing(change) {
  change();
  view.begin.hidden = state.messages.size > 0;
  settled();
}

const dayOf = (message) => new Date(message.date * 1000).toDateString();
const dayNames = new Intl.DateTimeFormat("zh-CN", { year: "numeric", month: "long", day: "numeric" });

function dayMark(message) {
  const day = dayOf(message);
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  let name = dayNames.format(new Date(message.date * 1000));
  if (day === new Date().toDateString()) name = wording.today;
  else if (day === yesterday.toDateString()) name = wording.yesterday;
  const mark = el("div", { class: "day" }, el("span", {}, name));
  mark.dataset.day = day;
  return mark;
}

/** Set the marks between days anew. */
function markDays() {
  for (const mark of view.log.querySelectorAll(".day")) mark.remove();
  let day = "";
  for (const [key, message] of state.messages) {
    if (dayOf(message) === day) continue;
    day = dayOf(message);
    state.rows.get(key).before(dayMark(message));
  }
}

/** Show a message at its place, or at the end; one that is shown already only if it has changed. */
function put(message, place = null) {
  const key = keyOf(message);
  const old = state.rows.get(key);
  if (old && JSON.stringify(state.messages.get(key)) === JSON.stringify(message)) return old;
  const row = bubbles.message(message);
  const focused = old?.contains(document.activeElement) ? [...old.querySelectorAll("a, button")].indexOf(document.activeElement) : -1;
  if (old) old.replaceWith(row);
  else if (place) place.after(row);
  else view.log.append(row);
  if (focused >= 0) [...row.querySelectorAll("a, button")][focused]?.focus({ preventScroll: true });
  state.messages.set(key, message);
  state.rows.set(key, row);
  return row;
}

function append(message) {
  const known = state.messages.has(keyOf(message));
  const last = state.messages.get(view.log.lastElementChild?.dataset.key);
  const mine = message.from.id === state.person.user;
  changing(() => {
    if (!known && (!last || dayOf(last) !== dayOf(message))) view.log.append(dayMark(message));
    put(message);
    if (!known && !mine && !state.follows) state.unread += 1;
  });
  if (mine && !known) toEnd();
  if (!mine) status("");
}

function replace(message) {
  const old = state.messages.get(keyOf(message));
  if (!old) return;
  const inline = message.inline_message_id;
  // Of an inline message only what it says is told
  const { from, chat, date, via_bot: via } = old;
  changing(() => put(inline ? { inline_message_id: inline, from, via_bot: via, chat, date, ...message } : message));
}

function remove(key) {
  changing(() => {
    state.rows.get(key)?.remove();
    state.rows.delete(key);
    state.messages.delete(key);
    markDays();
  });
}

/** Make what is shown the same as a transcript, touching only what differs. */
function reconcile(messages) {
  const kept = new Set(messages.map(keyOf));
  for (const [key, row] of state.rows) {
    if (kept.has(key)) continue;
    row.remove();
    state.rows.delete(key);
    state.messages.delete(key);
  }
  for (const mark of view.log.querySelectorAll(".day")) mark.remove();
  let place = null;
  const ordered = new Map();
  for (const message of messages) {
    const key = keyOf(message);
    const row = put(message, place);
    const before = place ? place.nextSibling : view.log.firstChild;
    if (before !== row) view.log.insertBefore(row, before);
    place = row;
    ordered.set(key, message);
  }
  state.messages = ordered;
  markDays();
}

/** Fetch the transcript; what happens meanwhile is shown after it. */
async function load() {
  state.loads += 1;
  const turn = state.loads;
  state.held ??= [];
  let found;
  try {
    found = await deed("/chat", { limit: state.limit });
  } catch {
    if (turn === state.loads) setTimeout(() => turn === state.loads && load(), LAST_RETRY);
    return;
  }
  if (turn !== state.loads) return;
  state.commands = found.commands;
  const reacted = JSON.stringify(found.reactions) !== JSON.stringify(state.reactions);
  state.reactions = found.reactions;
  if (reacted) state.messages.clear(); // all are made anew
  view.log.setAttribute("aria-busy", "true");
  view.description.textContent = found.description || wording.begin_hint;
  changing(() => {
    view.earlier.hidden = !found.more;
    reconcile(found.messages);
  });
  view.log.removeAttribute("aria-busy");
  const { held } = state;
  state.held = null;
  for (const event of held) happen(event);
  document.body.dataset.loaded = String(turn);
}

async function loadEarlier() {
  state.limit += PAGE;
  const below = view.scroller.scrollHeight - view.scroller.scrollTop;
  state.follows = false;
  await load();
  view.scroller.scrollTop = view.scroller.scrollHeight - below;
}

// ---- What happens

function happen({ event, payload }) {
  if (event === "callback_answer") return settle(payload.callback_query.id, payload);
  if (event === "inline_answer") return settle(payload.inline_query.id, payload);
  if (event === "edited" && payload.inline_message_id) return replace(payload);
  const chat = payload.chat?.id;
  if (chat !== state.person.user) {
    if (event === "message" && payload.from.id === bot.id) news(chat, true);
    return undefined;
  }
  if (event === "message") append(payload);
  else if (event === "edited") replace(payload);
  else if (event === "deleted") remove(String(payload.message_id));
  else if (event === "action") status(payload.action === "typing" ? wording.typing : wording.uploading);
  else if (event === "reaction") react(payload);
  return undefined;
}

function react({ message_id: number, reaction }) {
  state.reactions[number] = reaction.length ? reaction : undefined;
  const message = state.messages.get(String(number));
  if (message) {
    changing(() => {
      const row = bubbles.message(message);
      state.rows.get(String(number)).replaceWith(row);
      state.rows.set(String(number), row);
    });
  }
}

let delay = FIRST_RETRY;
function listen() {
  const stream = new EventSource("/events");
  stream.onopen = () => {
    delay = FIRST_RETRY;
    view.offline.hidden = true;
    load();
  };
  stream.onmessage = ({ data }) => {
    const happened = JSON.parse(data);
    const answer = happened.event === "callback_answer" || happened.event === "inline_answer";
    if (state.held && !answer) state.held.push(happened);
    else happen(happened);
  };
  stream.onerror = () => {
    stream.close();
    view.offline.hidden = false;
    setTimeout(listen, delay);
    delay = Math.min(2 * delay, LAST_RETRY);
  };
}

// ---- Who is chatting

function news(user, on) {
  const label = view.personas.querySelector(`[data-user="${CSS.escape(user)}"]`);
  if (!label) return;
  label.classList.toggle("news", on);
  const person = settings.people.find((one) => one.user === user);
  const words = on ? filled(wording.persona_news, { label: person.label }) : person.label;
  label.querySelector("input").setAttribute("aria-label", words);
}

function become(person) {
  composer.leave(state.person);
  state.person = person;
  Object.assign(state, { limit: PAGE, messages: new Map(), rows: new Map(), reactions: {}, unread: 0, follows: true });
  view.log.replaceChildren();
  view.begin.hidden = true;
  document.body.dataset.user = person.user;
  news(person.user, false);
  status("");
  composer.enter(person);
  load().then(toEnd);
}

function personas() {
  for (const person of settings.people) {
    const input = el("input", { type: "radio", name: "persona", "aria-label": person.label, change: () => become(person) });
    input.checked = person === state.person;
    const label = el("label", {}, input, el("span", {}, person.label));
    label.dataset.user = person.user;
    view.personas.append(label);
  }
  document.body.dataset.user = state.person.user;
}

// ---- Start

for (const node of document.querySelectorAll("[data-text]")) node.textContent = wording[node.dataset.text];
for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", wording[node.dataset.label]);
for (const node of document.querySelectorAll("[data-hint]")) node.setAttribute("placeholder", wording[node.dataset.hint]);
view.name.textContent = bot.name;
view.avatar.textContent = [...bot.name][0];
status("");
personas();
const composer = new Composer({ view, wording, bot, limits: settings.limits, state, deed, answered, toast, copy, append, toEnd });
view.scroller.addEventListener("scroll", scrolled, { passive: true });
view.bottom.addEventListener("click", toEnd);
view.earlier.addEventListener("click", loadEarlier);
view.start.addEventListener("click", () => send("/start"));
view.alert_close.addEventListener("click", () => view.alert.close());
const sizes = new ResizeObserver(settled);
for (const node of [view.scroller, view.log]) sizes.observe(node);
listen();
