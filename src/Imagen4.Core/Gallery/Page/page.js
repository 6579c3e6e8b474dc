
"use strict";

const find = (selector, from = document) => from.querySelector(selector);
const gallery = find("#gallery");
const cards = [...gallery.children];
const details = card => JSON.parse(card.dataset.details);

// Filter

const filter = find("#filter");
const count = find("#count");
const all = count.textContent;
let shown = cards;
let texts;

function addChoices(name) {
  const choices = [...new Set(cards.map(card => card.dataset[name]))].filter(Boolean).sort();
  filter[name].append(...choices.map(choice => new Option(choice)));
  filter[name].hidden = choices.length < 2;
}

function applyFilter() {
  texts ??= cards.map(card => Object.values(details(card)).join("\n").toLowerCase());
  const words = filter.text.value.toLowerCase().split(/\s+/).filter(Boolean);
  const [state, model] = [filter.state.value, filter.model.value];
  shown = cards.filter((card, index) =>
    (!state || card.dataset.state === state) &&
    (!model || card.dataset.model === model) &&
    words.every(word => texts[index].includes(word)));

  // Hiding thousands of cards in a row takes seconds to lay out, taking them out does not.
  gallery.replaceChildren(...shown);
  find("#nothing").hidden = shown.length > 0;
  count.textContent = shown.length === cards.length ? all : `${shown.length} of ${cards.length} shown`;
}

addChoices("state");
addChoices("model");
filter.hidden = cards.length < 2;
filter.addEventListener("input", applyFilter);
filter.addEventListener("submit", event => event.preventDefault());
find("#nothing button").addEventListener("click", () => {
  filter.reset();
  applyFilter();
  filter.text.focus();
});

// A browser that restores a form after a reload restores what it filters.
if (filter.text.value || filter.state.value || filter.model.value) applyFilter();

// Viewer

const viewer = find("#viewer");
const stage = find(".stage", viewer);
const file = find(".file", viewer);
let current;

function show(card) {
  if (!card) return;
  current = card;
  const { Prompt: prompt, ...others } = details(card);
  const image = find(".open img", card);
  const position = shown.indexOf(card);

  const picture = find("img", stage);
  picture.hidden = !image;
  picture.src = image?.src ?? "data:,";
  picture.alt = image?.alt ?? "";
  find(".reason", stage).textContent = find(".open .reason", card)?.textContent ?? "";
  find(".previous", stage).disabled = position === 0;
  find(".next", stage).disabled = position === shown.length - 1;

  find("#position").textContent = `${position + 1} of ${shown.length}`;
  find(".prompt", viewer).textContent = prompt ?? find(".prompt", card).textContent;
  find(".copy-prompt", viewer).hidden = !prompt;
  find(".copied", viewer).textContent = "";
  find("dl", viewer).replaceChildren(...Object.entries(others).map(makeRow));
  setFile(image, card.dataset);
  find("section", viewer).scrollTop = 0;
}

// Everything is set as text: a prompt is data, whatever it looks like.
function makeRow([name, value]) {
  const row = document.createElement("div");
  const term = Object.assign(document.createElement("dt"), { textContent: name.replace(/(?<=[a-z])(?=[A-Z])/g, " ") });
  const text = Object.assign(document.createElement("dd"), { textContent: value, dir: "auto" });
  row.append(term, text);
  return row;
}

// An embedded image cannot be opened by its address, only saved.
function setFile(image, { name, address }) {
  const isEmbedded = image?.src.startsWith("data:") ?? false;
  file.hidden = !image && !address;
  file.href = image?.src || address || "";
  file.textContent = isEmbedded ? "Save image" : "Open image";
  file.target = isEmbedded ? "" : "_blank";
  file.rel = "noreferrer";
  file.toggleAttribute("download", isEmbedded);
  if (isEmbedded) file.download = name;
}

function step(distance) {
  show(shown[shown.indexOf(current) + distance]);
}

async function copy(text) {
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    isCopied = false;
  }
  find(".copied", viewer).textContent = isCopied ? "Copied" : "The browser does not let this page copy.";
}

gallery.addEventListener("click", event => {
  const card = event.target.closest(".open")?.parentElement;
  if (!card) return;
  show(card);
  viewer.showModal();
});

// On the document: a button that is disabled while it has the focus drops it there.
document.addEventListener("keydown", event => {
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  const ends = { Home: 0, End: -1 };
  if (!viewer.open || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key in steps) step(steps[event.key]);
  else if (event.key in ends) show(shown.at(ends[event.key]));
  else return;
  event.preventDefault();
});

// To the image that was seen last, not to the one the viewer was opened with.
viewer.addEventListener("close", () => find(".open", current).focus());
find(".close", viewer).addEventListener("click", () => viewer.close());
find(".previous", viewer).addEventListener("click", () => step(-1));
find(".next", viewer).addEventListener("click", () => step(1));
find(".copy-prompt", viewer).addEventListener("click", () => copy(details(current).Prompt));
find(".copy-all", viewer).addEventListener("click", () => copy(JSON.stringify(details(current), null, 2)));
