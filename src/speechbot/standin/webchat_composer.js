// The composer: what is typed, edited, answered and attached, the bot's menu, its inline results.

import { el, filled } from "./webchat_bubbles.js";

const PAUSE = 250; // milliseconds without a key until inline results are asked for

export class Composer {
  /** `page` has: view, wording, bot, limits, state and the functions deed, answered, toast, copy, append, toEnd. */
  constructor(page) {
    Object.assign(this, page);
    this.mode = null; // {kind: "edit" or "reply", message}
    this.drafts = new Map(); // by user
    this.busy = false;
    this.asked = 0; // inline queries so far: an answer to an older one is dropped
    this.pause = 0;
    this.closing = null; // closes the popup that is open
    this.inlinePattern = new RegExp(`^@${this.bot.username}\\s([^]*)$`, "i");
    this.listen();
  }

  listen() {
    const { view } = this;
    view.composer.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    view.text.addEventListener("input", () => this.changed());
    view.text.addEventListener("keydown", (event) => this.key(event));
    view.text.addEventListener("paste", (event) => this.dropped(event, event.clipboardData));
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => this.dropped(event, event.dataTransfer));
    view.mode_cancel.addEventListener("click", () => this.setMode(null));
    view.menu_button.addEventListener("click", () => this.openCommands());
    view.attach_button.addEventListener("click", () => this.openAttach());
    for (const kind of ["document", "photo"]) {
      const input = view[`pick_${kind}`];
      input.addEventListener("change", async () => {
        for (const file of input.files) await this.upload(file, kind);
        input.value = "";
      });
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.escape();
    });
    document.addEventListener("pointerdown", (event) => {
      if (this.closing && !event.target.closest(".popup, .context, [aria-expanded=true]")) this.closing();
    });
  }

  // ---- Typing

  changed() {
    const { view } = this;
    view.text.style.height = "auto";
    view.text.style.height = `${Math.min(view.text.scrollHeight, innerHeight / 3)}px`;
    this.note("");
    this.lookUp();
  }

  set(text) {
    this.view.text.value = text;
    this.changed();
  }

  key(event) {
    // An input method uses Enter itself; 229 is what older ones report
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.view.text.value && !this.mode) {
      const own = [...this.state.messages.values()].filter((message) => this.editable(message)).at(-1);
      if (own) {
        event.preventDefault();
        this.setMode({ kind: "edit", message: own });
      }
    }
  }

  escape() {
    if (this.closing) this.closing();
    else if (!this.view.results.hidden) this.showResults(null);
    else this.setMode(null);
  }

  /** Tell of a problem above the composer; "" for none. */
  note(text) {
    this.view.notice.textContent = text;
    this.view.notice.hidden = !text;
  }

  async submit() {
    const { view } = this;
    const text = view.text.value;
    if (this.busy || !text.trim()) return;
    const { mode } = this;
    const { person } = this.state;
    await this.doing(async () => {
      if (mode?.kind === "edit") await this.deed("/edit", { message: mode.message.message_id, text });
      else await this.deed("/say", { text, reply_to: mode?.message.message_id ?? 0 });
      if (person !== this.state.person) {
        this.drafts.delete(person.user);
        return;
      }
      if (this.mode === mode) this.setMode(null, false);
      // What was typed in the meantime stays
      this.set(view.text.value.startsWith(text) ? view.text.value.slice(text.length) : view.text.value);
      if (mode?.kind !== "edit") this.toEnd();
    });
    view.text.focus();
  }

  /** Do one thing at a time; what went wrong is told, and what was typed stays. */
  async doing(deed) {
    if (this.busy) return;
    this.busy = true;
    this.view.composer.setAttribute("aria-busy", "true");
    this.note("");
    try {
      await deed();
    } catch (problem) {
      this.note(problem.message);
    } finally {
      this.busy = false;
      this.view.composer.removeAttribute("aria-busy");
    }
  }

  // ---- Editing and answering

  editable(message) {
    return message.from.id === this.state.person.user && message.text !== undefined && !message.inline_message_id;
  }

  setMode(mode, clears = true) {
    const { view, wording } = this;
    if (clears && this.mode?.kind === "edit") this.set("");
    this.mode = mode;
    view.mode.hidden = !mode;
    if (!mode) return;
    const { kind, message } = mode;
    const name = message.from.id === this.state.person.user ? wording.you : message.from.first_name;
    view.mode_title.textContent = kind === "edit" ? wording.editing : filled(wording.replying, { name });
    view.mode_text.textContent = (message.text ?? message.caption ?? message.document?.file_name ?? "…").slice(0, 200);
    if (kind === "edit") this.set(message.text);
    view.text.focus();
  }

  /** Keep what is typed for when this user is back. */
  leave(person) {
    this.drafts.set(person.user, { text: this.view.text.value, mode: this.mode });
    this.closing?.();
    this.showResults(null);
  }

  enter(person) {
    const draft = this.drafts.get(person.user) ?? { text: "", mode: null };
    this.mode = null;
    this.setMode(draft.mode);
    this.set(draft.text);
  }

  // ---- Popups

  /** Open a panel with a list of buttons: {text, note, act}. */
  open(panel, button, items, hint = "") {
    const again = button.getAttribute("aria-expanded") === "true";
    this.closing?.();
    if (again) return false;
    const rows = items.map(({ text, note, act }) => {
      const click = () => {
        this.closing?.();
        act();
      };
      return el("button", { type: "button", click }, el("span", {}, text), note ? el("small", {}, note) : null);
    });
    panel.replaceChildren(...rows, ...(hint ? [el("p", {}, hint)] : []));
    panel.onkeydown = (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      rows.at((rows.indexOf(document.activeElement) + step) % rows.length)?.focus();
    };
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    this.closing = () => {
      const inside = panel.contains(document.activeElement);
      panel.hidden = true;
      button.setAttribute("aria-expanded", "false");
      this.closing = null;
      if (inside) button.focus();
    };
    rows[0]?.focus();
    return true;
  }

  async openCommands() {
    const { view, wording } = this;
    try {
      this.state.commands = await this.deed("/commands");
    } catch (problem) {
      this.toast(problem.message);
      return;
    }
    const say = (text) => this.doing(async () => {
      await this.deed("/say", { text });
      this.toEnd();
    });
    const items = this.state.commands.map(({ command, description }) => ({
      text: `/${command}`,
      note: description,
      act: () => say(`/${command}`),
    }));
    this.open(view.menu, view.menu_button, items, items.length ? "" : wording.menu_empty);
  }

  openAttach() {
    const { view, wording } = this;
    const thing = (kind) => () => this.doing(async () => {
      await this.deed("/upload", { kind });
      this.toEnd();
    });
    const inline = () => {
      this.set(`@${this.bot.username} ${view.text.value}`);
      view.text.focus();
    };
    const items = [
      { text: wording.attach_file, act: () => view.pick_document.click() },
      { text: wording.attach_photo, act: () => view.pick_photo.click() },
      { text: wording.attach_sticker, act: thing("sticker") },
      { text: wording.attach_voice, act: thing("voice") },
      { text: filled(wording.attach_inline, { bot: this.bot.username }), act: inline },
    ];
    this.open(view.attach, view.attach_button, items, wording.attach_hint);
  }

  /** The menu of a message, at the node that asked for it or where the pointer is. */
  menu(message, anchor, point) {
    const { view, wording } = this;
    const items = [];
    if (this.editable(message)) {
      items.push({ text: wording.edit, act: () => this.setMode({ kind: "edit", message }) });
    }
    if (!message.inline_message_id) {
      items.push({ text: wording.reply, act: () => this.setMode({ kind: "reply", message }) });
    }
    const text = message.text ?? message.caption;
    if (text) items.push({ text: wording.copy, act: () => this.copy(text) });
    if (!items.length) return;
    const button = anchor.classList.contains("more") ? anchor : anchor.querySelector(".more");
    if (!this.open(view.context, button, items)) return;
    const place = anchor.getBoundingClientRect();
    const [x, y] = point ? [point.clientX, point.clientY] : [place.left, place.bottom];
    const { offsetWidth: width, offsetHeight: height } = view.context;
    view.context.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
    view.context.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
  }

  // ---- Files

  dropped(event, given) {
    const files = [...(given?.files ?? [])];
    if (event.type === "drop") event.preventDefault();
    if (!files.length) return;
    event.preventDefault();
    (async () => {
      const kind = (file) => (event.type === "paste" && file.type.startsWith("image/") ? "photo" : "document");
      for (const file of files) await this.upload(file, kind(file));
    })();
  }

  /** Send a file; what is typed goes with it. */
  async upload(file, kind) {
    const { view, wording, limits } = this;
    await this.doing(async () => {
      if (file.size > limits.file) throw new Error(filled(wording.file_large, { limit: limits.file / 1_000_000 }));
      this.note(filled(wording.sending_file, { name: file.name }));
      const caption = this.mode ? "" : view.text.value;
      const data = await encoded(file).catch(() => {
        throw new Error(wording.file_unreadable);
      });
      await this.deed("/upload", { kind, name: file.name, mime: file.type, data, caption });
      if (!this.mode && view.text.value === caption) this.set("");
      this.note("");
      this.toEnd();
    });
  }

  // ---- Inline results

  lookUp() {
    clearTimeout(this.pause);
    const found = this.mode ? null : this.inlinePattern.exec(this.view.text.value);
    this.asked += 1;
    if (!found) {
      this.showResults(null);
      return;
    }
    const turn = this.asked;
    this.pause = setTimeout(() => this.query(found[1].trim(), "", [], turn), PAUSE);
  }

  /** Ask for results, those behind an offset added to the ones that are shown. */
  async query(query, offset, shown, turn) {
    if (!shown.length) this.showResults([el("p", {}, this.wording.inline_wait)]);
    let answer = null;
    let number = "";
    try {
      number = await this.deed("/inline", { query: query.slice(0, this.limits.inline), offset });
      answer = await this.answered(number);
    } catch (problem) {
      if (turn === this.asked) this.note(problem.message);
    }
    if (turn !== this.asked) return;
    const rows = [...shown, ...(answer?.results ?? []).map((result) => this.result(number, result))];
    const extra = [];
    if (answer?.button?.start_parameter) {
      const act = () => this.doing(async () => {
        await this.deed("/say", { text: `/start ${answer.button.start_parameter}` });
        this.set("");
      });
      extra.push(el("button", { type: "button", class: "wide", click: act }, answer.button.text));
    }
    if (!rows.length && !extra.length) extra.push(el("p", {}, this.wording.inline_none));
    if (answer?.next_offset) {
      const more = () => this.query(query, answer.next_offset, rows, turn);
      extra.push(el("button", { type: "button", class: "wide", click: more }, this.wording.inline_more));
    }
    this.showResults([...rows, ...extra]);
  }

  result(query, result) {
    const choose = () => this.doing(async () => {
      const message = await this.deed("/choose", { query, result: result.id });
      this.append(message);
      this.set("");
      this.view.text.focus();
    });
    const row = el(
      "button",
      { type: "button", class: "result", click: choose },
      el("bdi", { class: "name" }, String(result.title ?? result.type)),
      el("bdi", { class: "excerpt" }, String(result.description ?? "")),
    );
    row.disabled = !result.message;
    return row;
  }

  showResults(nodes) {
    this.view.results.hidden = !nodes;
    this.view.results.replaceChildren(...(nodes ?? []));
  }
}

/** The bytes of a file in base64. */
function encoded(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
