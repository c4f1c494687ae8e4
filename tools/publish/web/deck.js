// Start the deck. Keys: right and left, space; S the speaker's view; F full screen; ? all keys.
Reveal.initialize({
  width: 1280, height: 720, margin: 0, minScale: 0.1, maxScale: 4, center: false,
  hash: true, transition: "none", backgroundTransition: "none", slideNumber: "c/t",
  pdfSeparateFragments: false, defaultTiming: 0, plugins: [RevealNotes]
});
