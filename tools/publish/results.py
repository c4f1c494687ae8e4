"""What a cell of a lesson has put out: its kinds, its HTML on a slide, and the room it wants."""

import base64
import html
import re
import struct

from tools.publish import layout

COLOUR = {"true": "true", "true with a caveat": "caveat", "false": "false"}
PROGRESS = re.compile(r"^.+: (?:\u2248 )?[\d,]+ (?:of [\d,]+ )?\w+, \u2248 \d+ CPU s.*\n?",
                      re.MULTILINE)
LONGEST_LINE = 200                            # printed lines beyond go to the speaker's notes
VERDICT = re.compile(r"Claim (?P<id>\S+): (?P<verdict>[^.]+)\. Measured: (?P<evidence>.+)\n"
                     r"The notes say: (?P<statement>.+)(?:\nCorrect is: (?P<correct>.+))?")


def of(cell):
    """Yield what a cell has put out, as (kind, value) pairs.

    Kinds: text (printed), wall (text with lines too long to be shown), said (a sentence for the
    reader), figure (PNG, alt text), verdict (a match of VERDICT), table (Markdown), markdown, audio
    (HTML), widget (HTML).
    """
    for output in cell.outputs:
        data = output.get("data", {})
        plain = data.get("text/plain", "")
        if output.output_type == "stream":
            printed = PROGRESS.sub("", output.text).strip("\n")
            for part in re.split(r"(?=^What to see:)", printed, flags=re.MULTILINE):
                said = part.startswith("What to see:")
                if said:
                    yield "said", " ".join(part.split())
                elif part.strip():
                    long = max(map(len, part.splitlines())) > LONGEST_LINE
                    yield "wall" if long else "text", part.rstrip("\n")
        elif "image/png" in data:
            alt = output.metadata.get("image/png", {}).get("alt", "")
            yield "figure", (data["image/png"].replace("\n", ""), alt)
        elif match := VERDICT.fullmatch(plain):
            yield "verdict", match
        elif data.get("text/markdown", "").startswith("| claim |"):
            yield "table", data["text/markdown"]
        elif "text/markdown" in data:
            yield "markdown", data["text/markdown"]
        elif "application/vnd.jupyter.widget-view+json" in data:
            yield "widget", f"<p><b>Live, in the notebook:</b> {html.escape(plain)}</p>"
        elif "<audio" in data.get("text/html", ""):
            sound = re.search(r'src="(data:audio[^"]+)"', data["text/html"])[1]
            yield "audio", f'<audio controls src="{sound}"></audio>'
        elif plain:
            yield "text", plain


def height_of(kind, value, room=10_000):
    """Return the height that printed text wants on a page with `room` left."""
    if kind == "said":
        return layout.sentence_height(value, 26)
    if kind == "widget":
        return layout.sentence_height("Live, in the notebook: " + re.sub("<[^>]*>", "", value), 26)
    if kind == "audio":
        return 70
    if kind == "markdown":
        return sum(layout.block_height(block, 28) for block in layout.blocks_of(value))
    size = layout.output_size(value, min(room, 480)) or layout.OUTPUT_SIZES[-1]
    return layout.output_height(value, size)


def png_size(data):
    """Return width and height of a PNG that is given as base64."""
    return struct.unpack(">II", base64.b64decode(data[:64])[16:24])


def highlighted(lines):
    """Return lines of Python as HTML with their parts coloured."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer
    return highlight("\n".join(lines), PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))


def in_markdown(rows, head):
    """Return rows of cells as a Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def told(match):
    """Return what a verdict says behind the statement, as (label, text) pairs."""
    correct = [("Correct is", match["correct"])] if match["correct"] else []
    return [("Measured", match["evidence"]), *correct]


def statement(match):
    """Return what the notes claim, with the claim's number."""
    return f'<b>Claim {match["id"]}</b> The notes say: {html.escape(match["statement"])}'


def claim(match, size):
    """Return a claim as HTML: the statement, and for the next step the verdict."""
    rest = "".join(f"<p><b>{label}:</b> {html.escape(text)}</p>" for label, text in told(match))
    colour, verdict = COLOUR[match["verdict"]], match["verdict"]
    return (f'<div style="font-size: {size}px"><p class="statement">{statement(match)}</p>'
            f'<div class="fragment"><p class="verdict {colour}">{verdict}</p>{rest}</div></div>')
