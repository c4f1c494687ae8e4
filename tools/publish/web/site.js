// Search the course's sections: every word must occur; a word in a heading counts more.
"use strict";
const box = document.getElementById("search"), list = document.getElementById("found");

function simple(text) {
  return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
}

const entries = SEARCH.map(([address, heading, lesson, text]) =>
  ({address, heading, lesson, text, head: simple(heading), body: simple(text)}));

function count(text, word) { return text.split(word).length - 1; }

function search(question) {
  const words = simple(question).split(/\s+/).filter(word => word.length > 1);
  if (!words.length) return [];
  return entries
    .map(entry => ({entry, scores: words.map(word =>
      20 * Math.min(1, count(entry.head, word)) + Math.min(5, count(entry.body, word)))}))
    .filter(({scores}) => scores.every(score => score > 0))
    .map(({entry, scores}) => ({entry, words, score: scores.reduce((a, b) => a + b)}))
    .sort((a, b) => b.score - a.score).slice(0, 12);
}

function line({entry, words}) {
  const item = document.createElement("li"), link = document.createElement("a");
  link.href = entry.address;
  link.textContent = entry.heading;
  const place = Math.max(0, Math.min(...words.map(word => entry.body.indexOf(word))
    .filter(at => at >= 0), entry.text.length) - 40);
  const found = document.createElement("small");
  const excerpt = entry.text.slice(place, place + 110);
  found.textContent = `${entry.lesson}${excerpt ? ": \u2026" + excerpt + "\u2026" : ""}`;
  item.append(link, found);
  return item;
}

function show() {
  const results = search(box.value);
  list.replaceChildren(...results.map(line));
  if (!results.length && box.value.trim().length > 1) {
    const item = document.createElement("li");
    item.textContent = "Nothing was found.";
    list.append(item);
  }
  list.hidden = !list.children.length;
}

box.addEventListener("input", show);
list.addEventListener("click", () => { list.hidden = true; });
document.addEventListener("keydown", event => {
  if (event.key === "Escape") { box.value = ""; show(); }
  if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
});
