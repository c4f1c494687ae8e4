// What is wrong with a part of a page: a sentence for each fault. Used for slides and for pages.
"use strict";

function shade(text) {                       // "rgb(1, 2, 3)" or "rgba(1, 2, 3, 0.5)" as numbers
  const parts = text.match(/^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/);
  if (!parts) throw new Error("a colour that the checks cannot read: " + text);
  return [...parts.slice(1, 4).map(Number), parts[4] === undefined ? 1 : Number(parts[4])];
}

function over(front, back) {
  return [0, 1, 2].map(k => front[k] * front[3] + back[k] * (1 - front[3])).concat(1);
}

function behind(element) {                   // the colour that stands behind an element's text
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const colour = shade(getComputedStyle(e).backgroundColor);
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255, 1]);
}

function luminance(colour) {
  const [r, g, b] = colour.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(element) {
  const back = behind(element);
  let opacity = 1;
  for (let e = element; e; e = e.parentElement) opacity *= Number(getComputedStyle(e).opacity);
  const ink = shade(getComputedStyle(element).color);
  const [a, b] = [luminance(over([...ink.slice(0, 3), ink[3] * opacity], back)), luminance(back)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function seen(element) {
  return element.checkVisibility({visibilityProperty: true}) &&
    element.getClientRects().length > 0;
}

function excerptOf(text) { return JSON.stringify(text.trim().replace(/\s+/g, " ").slice(0, 50)); }

// Return the faults inside `root`. settings: smallest (pixels of type), exempt (selector of what
// may be smaller), box (whether all must lie inside root), bottom (pixels to keep free below).
function faultsIn(root, settings = {}) {
  const faults = [];
  const say = fault => { if (!faults.includes(fault)) faults.push(fault); };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data, element = walker.currentNode.parentElement;
    if (!text.trim() || !seen(element)) continue;
    if (element.closest("script, style, annotation")) continue;
    const ratio = contrast(element);
    if (ratio < 4.5) say(`contrast ${ratio.toFixed(1)}: ${excerptOf(text)}`);
    if (!element.closest("pre, code, kbd") &&
        /\$[^$\s][^$]*\$|\$\$|\\[a-zA-Z]+|\\[()[\]|{}]/.test(text))
      say(`a formula that is not set: ${excerptOf(text)}`);
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (settings.smallest && size < settings.smallest && !element.closest("math") &&
        !(settings.exempt && element.closest(settings.exempt)))
      say(`type of ${size} pixels: ${excerptOf(text)}`);
  }
  const parts = {merror: -1, msup: 2, msub: 2, mfrac: 2, munder: 2, mover: 2, msubsup: 3,
                 munderover: 3};
  for (const element of root.querySelectorAll(Object.keys(parts).join()))
    if (element.children.length !== parts[element.localName])
      say(`a formula that is not set: ${excerptOf(element.textContent)}`);
  for (const image of root.querySelectorAll("img")) {
    if (!image.complete || image.naturalWidth === 0)
      say(`a picture is missing: ${image.src.slice(0, 60)}`);
    if ((image.getAttribute("alt") || "").trim().length < 3)
      say(`a picture has no alt text: ${image.src.slice(0, 40)}`);
  }
  const frame = root.getBoundingClientRect();
  if (settings.box) {
    if (Math.round(frame.width) !== 1280 || Math.round(frame.height) !== 720)
      say(`the slide is ${frame.width} x ${frame.height} pixels`);
    if (root.scrollHeight > root.clientHeight + 1)
      say(`too high by ${root.scrollHeight - root.clientHeight} pixels`);
    if (root.scrollWidth > root.clientWidth + 1)
      say(`too wide by ${root.scrollWidth - root.clientWidth} pixels`);
  }
  for (const element of root.querySelectorAll("*")) {
    if (!seen(element) || element.closest("math") && element.localName !== "math") continue;
    const box = element.getBoundingClientRect();
    if (settings.box && box.width > 0 && !element.closest("aside")) {
      const low = Math.round(box.bottom - frame.bottom + (settings.bottom || 0));
      if (low > 1) say(`reaches ${low} pixels too low: ${excerptOf(element.textContent)}`);
      if (box.right > frame.right + 1 || box.left < frame.left - 1 || box.top < frame.top - 1)
        say(`leaves the slide at a side: ${excerptOf(element.textContent)}`);
    }
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 &&
        ["hidden", "auto", "scroll"].includes(getComputedStyle(element).overflowX) &&
        !element.matches(settings.scrolls || ":not(*)"))
      say(`cut off at the right by ${element.scrollWidth - element.clientWidth} pixels: ` +
          excerptOf(element.textContent));
  }
  return faults;
}
