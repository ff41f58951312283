"use strict";
// The page works without this: it filters the files, folds them all at once, and unfolds what a link leads to.
const tools = document.querySelector(".tools");
const words = tools.querySelector("input[type=search]");
const doubtful = tools.querySelector("input[type=checkbox]");
const shown = tools.querySelector("output");
const files = [...document.querySelectorAll(".file")];
const rows = new Map([...document.querySelectorAll("tr[data-file]")].map((row) => [row.dataset.file, row]));
const MOST_MARKED = 500; // paragraphs: marking more makes a slow page and shows nothing
const MOST_OPENED = 5; // files that are unfolded when no other ones match
let texts; // read once, at the first search

const plain = (text) => text.normalize("NFKC").toLowerCase();

function filter() {
  const wanted = plain(words.value.trim());
  if (wanted && !texts) texts = new Map(files.map((file) => [file, plain(file.textContent)]));
  for (const passage of document.querySelectorAll(".hit")) passage.classList.remove("hit");
  let count = 0;
  let marked = 0;
  for (const file of files) {
    const keep = (!doubtful.checked || file.dataset.doubts) && (!wanted || texts.get(file).includes(wanted));
    file.hidden = !keep;
    rows.get(file.id).hidden = !keep;
    if (!keep) continue;
    count += 1;
    if (!wanted || marked >= MOST_MARKED) continue;
    for (const part of file.querySelectorAll(".passage, .dropped")) {
      if (marked < MOST_MARKED && plain(part.textContent).includes(wanted)) {
        part.classList.add("hit");
        reveal(part, file);
        marked += 1;
      }
    }
  }
  if (wanted && count <= MOST_OPENED) for (const file of files) if (!file.hidden) file.open = true;
  shown.value = shown.dataset.template.replace("{shown}", count).replace("{all}", files.length);
}

function reveal(part, until) {
  for (let at = part.parentElement.closest("details"); at && at !== until; at = at.parentElement.closest("details")) {
    at.open = true;
  }
}

function follow() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const file = target.closest(".file");
  if (file && file.hidden) {
    words.value = "";
    doubtful.checked = false;
    filter();
  }
  if (target.matches("details")) target.open = true;
  if (target.parentElement) reveal(target, null);
  target.scrollIntoView({ block: "start" });
}

let waiting;
words.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(filter, 250);
});
doubtful.addEventListener("change", filter);
tools.addEventListener("submit", (event) => event.preventDefault());
for (const button of tools.querySelectorAll("button")) {
  button.addEventListener("click", () => {
    for (const file of files) {
      if (!file.hidden) file.open = Boolean(button.dataset.open);
    }
  });
}
window.addEventListener("hashchange", follow);
tools.hidden = false;
filter();
follow();
