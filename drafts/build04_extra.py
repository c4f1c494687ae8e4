import re, textwrap
STRINGS = re.compile(r'figures\.show\((?P<what>[^"\n]*?), alt=(?P<s>"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*)\)')
def rewrap(text):
    def one(m):
        words = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', m["s"]))
        lines = textwrap.wrap(words, 90)
        lines = [l + " " for l in lines[:-1]] + lines[-1:]
        body = "\n".join(f'    "{l}"' for l in lines)
        return f'figures.show({m["what"]}, alt=(\n{body}))'
    return STRINGS.sub(one, text)
READING = "Animation: one unit of the cell while two stories are read word by word. The curves are equal until the name, dev or ravi, is read; then they part, and stay apart to the end."
new = []
for kind, id, text, meta in CELLS:
    text = text.replace('alt=READING)', 'alt=(\n    "Animation: one unit of the cell while two stories are read word by word. The curves are "\n    "equal until the name, dev or ravi, is read; then they part, and stay apart to the end."))')
    if id == "grid" and GRID is None: continue
    if id == "grid": text = text.replace("GRID", GRID)
    if id == "grid-says": text = text.replace("GRID SENTENCE", GRID_SENTENCE)
    if kind == "markdown" and not text.startswith("> **Your turn") and "\n> **Your turn" in text:
        before, after = text.split("\n> **Your turn", 1)
        new.append((kind, id, before.strip(), meta))
        id, text = id + "-question", "> **Your turn" + after
    if kind == "code":
        text = rewrap(text)
    new.append((kind, id, text, meta))
    if id == "preview-says":
        new.append(("code", "imports", code_imports, {}))
CELLS[:] = new
