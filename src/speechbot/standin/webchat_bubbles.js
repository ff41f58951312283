// How messages look: text with its entities, files, buttons. Nothing here knows of the network.
// Whatever comes from a message becomes a text node or an attribute, never markup.

const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);
// Clients find addresses, names and commands themselves where the bot marked none. The ranges are CJK punctuation and
// characters, at which an address ends.
const FOUND = new RegExp(
  "(?<url>(?<![\\p{L}\\p{N}_])(?:https?://|t\\.me/)[^\\s<>\"'`\\u2018-\\u201d\\u3000-\\u9fff\\uff00-\\uffef]+)" +
    "|(?<mention>(?<![\\p{L}\\p{N}_@/])@[A-Za-z][A-Za-z0-9_]{3,31}(?![\\p{L}\\p{N}_@]))" +
    "|(?<command>(?<![\\p{L}\\p{N}_/@.:])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\\p{L}\\p{N}_/]))",
  "gu",
);
const SIMPLE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };
const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);
// Of entities that cover the same text, what stands outside
const OUTER = ["blockquote", "expandable_blockquote", "pre", "text_link"];

/** An element with attributes, listeners (functions by the event's name) and children. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** A wording with its {names} filled in. */
export const filled = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** What tells a message from all others of a chat. */
export const keyOf = (message) => String(message.inline_message_id ?? message.message_id);

/** An address that may be opened, or "". */
export function openable(address) {
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `http://${address}`);
    return SCHEMES.has(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

const shapes = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
export const clock = (seconds) => shapes.format(new Date(seconds * 1000));

// Quotes show the toggle only where something is folded away, which depends on the width.
const folds = new ResizeObserver((entries) => {
  const folded = entries.map(({ target }) => target).filter((target) => !target.parentNode.dataset.open);
  // All are measured before any is changed: one layout for all of them
  const whole = folded.map((target) => target.scrollHeight <= target.clientHeight + 2);
  for (const [place, target] of folded.entries()) target.nextSibling.hidden = whole[place];
});

/** Makes the nodes of messages.
 *
 * `page` has: me (the user's number), bot, wording, reactions, and the functions follow(address), send(text),
 * press(message, button), waits(press), stay(), say(note), copy(text), download(message), picture(message), menu(message, node),
 * show(key).
 */
export class Bubbles {
  constructor(page) {
    this.page = page;
  }

  /** A whole message: the bubble and its buttons. */
  message(message) {
    const { page } = this;
    const mine = message.from.id === page.me;
    const name = mine ? page.wording.you : message.from.first_name;
    const bubble = el("div", { class: "bubble" }, el("span", { class: "sr" }, filled(page.wording.says, { name })));
    if (message.via_bot) {
      bubble.append(el("div", { class: "via" }, filled(page.wording.via, { bot: message.via_bot.username })));
    }
    if (message.reply_to_message) bubble.append(this.replied(message.reply_to_message));
    const media = this.media(message);
    if (media) bubble.append(media);
    const body = el("div", { class: "text", dir: "auto" });
    if (message.text) body.append(this.text(message.text, message.entities));
    else if (message.caption) body.append(this.text(message.caption, message.caption_entities));
    else if (!media) body.append(page.wording.unknown);
    body.append(this.meta(message, mine));
    bubble.append(body);
    const reaction = page.reactions[message.message_id];
    if (reaction) bubble.append(el("div", { class: "reaction" }, reaction.map((one) => one.emoji ?? "").join("")));
    bubble.append(
      el(
        "button",
        { class: "more", type: "button", "aria-label": page.wording.more, click: (event) => page.menu(message, event.currentTarget) },
        "⋯",
      ),
    );
    const row = el("article", { class: `row ${mine ? "mine" : "theirs"}` }, bubble);
    row.dataset.key = keyOf(message);
    const keys = message.reply_markup?.inline_keyboard;
    if (keys) row.append(this.keyboard(message, keys));
    this.listen(row, bubble, message);
    return row;
  }

  /** The menu by a right click or, on a touch screen, by holding the message. */
  listen(row, bubble, message) {
    let held = 0;
    const end = () => clearTimeout(held);
    bubble.addEventListener("contextmenu", (event) => {
      if (event.target.closest("a") || String(getSelection())) return;
      event.preventDefault();
      this.page.menu(message, bubble, event);
    });
    bubble.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" || event.target.closest("a, button")) return;
      held = setTimeout(() => this.page.menu(message, bubble, event), 550);
    });
    for (const name of ["pointerup", "pointercancel", "pointermove"]) bubble.addEventListener(name, end);
  }

  meta(message, mine) {
    const meta = el("span", { class: "meta" });
    if (mine && message.edit_date) meta.append(el("span", { class: "edited" }, this.page.wording.edited), " ");
    meta.append(el("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message.date)));
    return meta;
  }

  replied(original) {
    const { page } = this;
    const name = original.from.id === page.me ? page.wording.you : original.from.first_name;
    const shown = original.text ?? original.caption ?? original.document?.file_name ?? "…";
    return el(
      "button",
      { class: "replied", type: "button", click: () => page.show(keyOf(original)) },
      el("bdi", { class: "name" }, name),
      el("bdi", { class: "excerpt" }, shown.slice(0, 120)),
    );
  }

  /** What a message holds besides text; null for nothing. */
  media(message) {
    const { page } = this;
    const { wording } = page;
    if (message.document) return this.file(message);
    if (message.photo) {
      const picture = el("img", { class: "photo", alt: wording.photo });
      const frame = el("div", { class: "frame" }, picture);
      const broken = () => frame.replaceChildren(el("span", { class: "thing" }, `▣ ${wording.photo}`));
      picture.addEventListener("error", broken);
      page.picture(message).then((data) => picture.setAttribute("src", data), broken);
      return frame;
    }
    if (message.sticker) return el("div", { class: "thing" }, `★ ${wording.sticker}`);
    if (message.voice) {
      const seconds = message.voice.duration;
      const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      return el("div", { class: "thing" }, `♪ ${filled(wording.voice, { time })}`);
    }
    return null;
  }

  file(message) {
    const { page } = this;
    const { file_name: name, file_size: size } = message.document;
    const label = filled(page.wording.download, { name });
    return el(
      "button",
      { class: "file", type: "button", "aria-label": label, click: () => page.download(message) },
      el("span", { class: "symbol", "aria-hidden": "true" }, "↓"),
      el("span", { class: "about" }, el("bdi", { class: "name" }, name), el("span", { class: "size" }, bytes(size))),
    );
  }

  /** The buttons below a message. */
  keyboard(message, rows) {
    const keyboard = el("div", { class: "keyboard" });
    for (const row of rows) keyboard.append(el("div", { class: "keys" }, ...row.map((one) => this.key(message, one))));
    return keyboard;
  }

  key(message, button) {
    const { page } = this;
    if (button.url) {
      const key = this.link(button.url, "key");
      key.append(button.text, el("span", { class: "corner", "aria-hidden": "true" }, "↗"));
      return key;
    }
    const act = () => {
      if (button.callback_data) page.press(message, button);
      else if (button.copy_text) page.copy(button.copy_text.text);
      else page.say(page.wording.button_unknown);
    };
    const key = el("button", { class: "key", type: "button", click: act }, button.text);
    if (button.copy_text) key.append(el("span", { class: "corner copy", "aria-hidden": "true" }));
    if (button.callback_data) {
      key.dataset.press = `${keyOf(message)} ${button.callback_data}`;
      if (page.waits(key.dataset.press)) key.setAttribute("aria-busy", "true");
    }
    return key;
  }

  /** A link; one that leads to the bot stays on the page. */
  link(address, name) {
    const href = openable(address);
    if (!href) return el("span", { class: name === "key" ? name : undefined });
    const follow = (event) => {
      if (this.page.follow(href)) event.preventDefault();
    };
    return el("a", { class: name, href, target: "_blank", rel: "noopener noreferrer", click: follow });
  }

  /** A text with its entities, whose places count UTF-16 units as strings here do. */
  text(text, entities) {
    const order = ({ type }) => (OUTER.includes(type) ? OUTER.indexOf(type) : OUTER.length);
    const sorted = (entities ?? [])
      .filter(({ offset, length }) => offset >= 0 && length > 0 && offset < text.length)
      .sort((one, two) => one.offset - two.offset || two.length - one.length || order(one) - order(two));
    return this.stretch(text, sorted, 0, text.length, false);
  }

  /** The part of a text between two places; `inert` where commands and addresses are not looked for. */
  stretch(text, entities, start, end, inert) {
    const part = document.createDocumentFragment();
    const waiting = [...entities];
    let place = start;
    while (waiting.length) {
      const entity = waiting.shift();
      const stop = Math.min(entity.offset + entity.length, end);
      if (stop <= place) continue;
      this.plain(part, text.slice(place, entity.offset), inert);
      const within = [];
      while (waiting.length && waiting[0].offset < stop) within.push(waiting.shift());
      // What overlaps is cut in two: its rest follows
      for (const one of within) {
        if (one.offset + one.length > stop) waiting.unshift({ ...one, offset: stop, length: one.offset + one.length - stop });
      }
      const begin = Math.max(entity.offset, place);
      const shown = text.slice(begin, stop);
      part.append(this.entity(entity, shown, (quiet) => this.stretch(text, within, begin, stop, inert || quiet)));
      place = stop;
      // A block ends its line by itself
      if (BLOCKS.has(entity.type) && text[place] === "\n" && place < end) place += 1;
    }
    this.plain(part, text.slice(place, end), inert);
    return part;
  }

  entity(entity, shown, inner) {
    const { page } = this;
    switch (entity.type) {
      case "text_link":
      case "url": {
        const link = this.link(entity.type === "url" ? shown : entity.url, "link");
        link.append(inner(true));
        return link;
      }
      case "bot_command":
        return this.command(shown);
      case "mention":
        return el("span", { class: "mention" }, inner(true));
      case "pre":
        return el("pre", {}, el("code", {}, inner(true)));
      case "code":
        return el("code", { class: "copies", click: () => page.copy(shown) }, inner(true));
      case "blockquote":
        return el("blockquote", {}, inner(false));
      case "expandable_blockquote":
        return this.folded(inner(false));
      case "spoiler":
        return this.spoiler(inner(true));
      default:
        return el(SIMPLE[entity.type] ?? "span", {}, inner(false));
    }
  }

  command(shown) {
    const send = (event) => {
      event.preventDefault();
      this.page.send(shown);
    };
    return el("a", { class: "link command", href: "#", click: send }, shown);
  }

  folded(content) {
    const { wording } = this.page;
    const quote = el("blockquote", { class: "folds" }, el("div", { class: "quoted" }, content));
    const toggle = el("button", { class: "toggle", type: "button", "aria-expanded": "false", hidden: true }, wording.unfold);
    toggle.addEventListener("click", () => {
      const open = !quote.dataset.open;
      this.page.stay(); // what is unfolded is read from its beginning
      if (open) quote.dataset.open = "true";
      else delete quote.dataset.open;
      toggle.setAttribute("aria-expanded", String(open));
      toggle.textContent = open ? wording.fold : wording.unfold;
    });
    quote.append(toggle);
    folds.observe(quote.firstChild);
    return quote;
  }

  spoiler(content) {
    const shown = el("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": this.page.wording.spoiler }, content);
    const reveal = (event) => {
      if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
      shown.classList.add("open");
      for (const name of ["role", "tabindex", "aria-label"]) shown.removeAttribute(name);
    };
    shown.addEventListener("click", reveal);
    shown.addEventListener("keydown", reveal);
    return shown;
  }

  /** Text without entities, in which commands, names and addresses are found. */
  plain(part, text, inert) {
    let place = 0;
    for (const found of inert ? [] : text.matchAll(FOUND)) {
      part.append(text.slice(place, found.index));
      const { url, mention, command } = found.groups;
      const shown = url ? url.replace(/[.,!?:;)\]]+$/, "") : (mention ?? command);
      if (command) part.append(this.command(shown));
      else if (mention) part.append(el("span", { class: "mention" }, shown));
      else {
        const link = this.link(shown, "link");
        link.append(shown);
        part.append(link);
      }
      place = found.index + shown.length;
    }
    part.append(text.slice(place));
  }
}

/** How large a file is, in words. */
function bytes(size) {
  if (size < 1000) return `${size} B`;
  return size < 1_000_000 ? `${(size / 1000).toFixed(1)} KB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
