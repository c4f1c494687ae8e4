"""Pictures of architectures: boxes and arrows in one style, measured in inches.

One inch on paper is one unit of the drawing, so 14-point text always fits the box that is drawn
around it. A box has a role (input, state, output), and a role has one colour in all lessons.
"""

import numpy as np

from utils import figures, validate

FONT_SIZE = 14
BOX_HEIGHT = 0.46
GAP = 0.5           # free height between two rows of boxes: an arrow with its label
COLUMN_GAP = 0.26   # free width between two columns: an arrow
MARGIN = 0.12
ROLES = {           # role: (fill, edge); a light fill keeps black text readable
    "input": ("#d9ecf9", figures.COLOURS["blue"]),
    "state": ("#d5f0e6", figures.COLOURS["green"]),
    "output": ("#fbe9c8", figures.COLOURS["vermilion"]),
    "plain": ("#ffffff", figures.COLOURS["grey"]),
}
KINDS = ("one-to-one", "one-to-many", "many-to-one", "many-to-many, aligned",
         "many-to-many, unaligned")
EXAMPLES = {
    "one-to-one": (["x"], ["y"]),
    "one-to-many": (["x"], ["y1", "y2", "y3"]),
    "many-to-one": (["x1", "x2", "x3"], ["y"]),
    "many-to-many, aligned": (["x1", "x2", "x3"], ["y1", "y2", "y3"]),
    "many-to-many, unaligned": (["x1", "x2"], ["y1", "y2", "y3"]),
}


class Drawing:
    """A sheet of paper, in inches from the lower left corner, to put boxes and arrows on."""

    def __init__(self, width, height):
        from matplotlib.figure import Figure
        self.figure = Figure(figsize=(width, height), layout="none")
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, width), ylim=(0, height))
        self.axes.axis("off")

    def box(self, x, y, content, role="plain", width=None, height=BOX_HEIGHT):
        """Draw a box around (x, y) that holds a text or a small grey picture."""
        from matplotlib.patches import FancyBboxPatch
        fill, edge = ROLES[role]
        width = width or box_width(content)
        self.axes.add_patch(FancyBboxPatch(
            (x - width / 2 + 0.06, y - height / 2 + 0.06), width - 0.12, height - 0.12,
            boxstyle="round,pad=0.06", facecolor=fill, edgecolor=edge, linewidth=1.8))
        if isinstance(content, str):
            self.text(x, y, content)
        else:
            side = height - 0.1
            self.axes.imshow(content, cmap="gray_r", aspect="auto", zorder=3, extent=(
                x - side / 2, x + side / 2, y - side / 2, y + side / 2))
            self.axes.set(xlim=(0, self.figure.get_figwidth()),
                          ylim=(0, self.figure.get_figheight()))

    def text(self, x, y, content, **style):
        """Write a line of text centred at (x, y)."""
        style = {"fontsize": FONT_SIZE, "ha": "center", "va": "center", "zorder": 4} | style
        self.axes.text(x, y, content, **style)

    def arrow(self, start, end, label="", dashed=False, bend=0.0, side=1, colour="black"):
        """Draw an arrow; its label stands beside the middle (`side` 1: right or above)."""
        from matplotlib.patches import FancyArrowPatch
        self.axes.add_patch(FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=13, linewidth=1.6, color=colour,
            shrinkA=0, shrinkB=0, zorder=2, linestyle=(0, (3, 2)) if dashed else "-",
            connectionstyle=f"arc3,rad={bend}"))
        if label:
            flat = abs(end[0] - start[0]) > abs(end[1] - start[1])
            shift = (0, 0.17 * side) if flat else (0.16 * side, 0)
            self.text((start[0] + end[0]) / 2 + shift[0], (start[1] + end[1]) / 2 + shift[1],
                      label, fontweight="bold", color=colour)


def text_width(content, size=FONT_SIZE):
    """Return the width of a line of text in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    font = FontProperties(family="DejaVu Sans", size=size)
    return TextPath((0, 0), content, prop=font).get_extents().width / 72 if content.strip() else 0.0


def box_width(content):
    """Return the width in inches of the box that holds `content`, a text or a picture."""
    wide = text_width(content) + 0.2 if isinstance(content, str) else 0.0
    return max(wide, BOX_HEIGHT)


def _check_contents(name, contents, count=None):
    """Return `contents` if it is a list of texts and 2-D pictures, of the length wanted."""
    if not isinstance(contents, list | tuple) or not contents:
        raise validate.InputError(f"{name} must be a list of texts or 2-D pictures, at least one; "
                                  f"got {contents!r}.")
    if count is not None and len(contents) != count:
        raise validate.InputError(f"{name} must have {count} entries here; got {len(contents)}.")
    return [validate.text(name, item) if isinstance(item, str)
            else validate.array(name, item, ("height", "width")) for item in contents]


def _columns(kind, inputs, outputs):
    """Return one (input, output) pair per time step, None where a step has none."""
    if kind == "one-to-many":
        inputs = [*inputs, *[None] * (len(outputs) - 1)]
    elif kind == "many-to-one":
        outputs = [*[None] * (len(inputs) - 1), *outputs]
    elif kind == "many-to-many, unaligned":
        inputs, outputs = ([*inputs, *[None] * len(outputs)], [*[None] * len(inputs), *outputs])
    return list(zip(inputs, outputs, strict=True))


def _panel(kind, inputs, outputs, title):
    """Check one panel; return its columns, their widths and the width of the whole panel."""
    validate.one_of("kind", kind, KINDS)
    inputs = EXAMPLES[kind][0] if inputs is None else inputs
    outputs = EXAMPLES[kind][1] if outputs is None else outputs
    inputs = _check_contents("inputs", inputs, 1 if kind.startswith("one-") else None)
    single = kind.endswith("-to-one")
    count = 1 if single else len(inputs) if kind.endswith(", aligned") else None
    columns = _columns(kind, inputs, _check_contents("outputs", outputs, count))
    widths = [max(box_width(part) for part in column if part is not None) for column in columns]
    body = sum(widths) + COLUMN_GAP * (len(columns) - 1)
    lines = validate.text("title", title).split("\n")
    return columns, widths, body, max([body, *[text_width(line) for line in lines]]), lines


def _draw_panel(drawing, left, kind, panel):
    """Draw one unrolled network whose left edge is at `left`."""
    columns, widths, body, total, lines = panel
    rows = [MARGIN + BOX_HEIGHT / 2 + k * (BOX_HEIGHT + GAP) for k in range(3)]
    for k, line in enumerate(reversed(lines)):
        drawing.text(left + total / 2, rows[2] + BOX_HEIGHT / 2 + 0.28 + 0.26 * k, line,
                     fontweight="bold")
    x = left + (total - body) / 2
    half = BOX_HEIGHT / 2
    previous = None
    for (entering, leaving), width in zip(columns, widths, strict=True):
        centre = x + width / 2
        drawing.box(centre, rows[1], "h", "state", width=width)
        if entering is not None:
            drawing.box(centre, rows[0], entering, "input", width=width)
            drawing.arrow((centre, rows[0] + half), (centre, rows[1] - half))
        if leaving is not None:
            drawing.box(centre, rows[2], leaving, "output", width=width)
            drawing.arrow((centre, rows[1] + half), (centre, rows[2] - half))
        if previous is not None:
            drawing.arrow((x - COLUMN_GAP, rows[1]), (x, rows[1]))
            if entering is None and previous[1] is not None:
                drawing.arrow((previous[0] + previous[2] / 2 - 0.05, rows[2] - half),
                              (centre - width / 2 + 0.08, rows[1] + half), dashed=True,
                              colour=figures.COLOURS["vermilion"])
        previous = (centre, leaving, width)
        x += width + COLUMN_GAP


def side_by_side(panels):
    """Draw several unrolled networks beside each other, all in the same style.

    Boxes from bottom to top: inputs, states h, outputs. A dashed arrow carries an output back in
    as the next input.

    Args:
        panels: list of dicts with the keys `kind` (one of `KINDS`) and, each optional, `inputs`
            and `outputs` (lists of texts or small 2-D pictures) and `title` (default: the kind).

    Returns:
        A matplotlib Figure whose size follows from its contents.

    Raises:
        InputError: no panels, unknown kind or key, or a number of labels that the kind forbids.
    """
    if not isinstance(panels, list | tuple) or not panels:
        raise validate.InputError(f"panels must be a list of dicts, at least one; got {panels!r}.")
    checked = []
    for panel in panels:
        if not isinstance(panel, dict) or "kind" not in panel:
            raise validate.InputError("each panel must be a dict with the key 'kind'; got "
                                      f"{panel!r}.")
        for key in panel:
            validate.one_of("a key of a panel", key, ("kind", "inputs", "outputs", "title"))
        validate.one_of("kind", panel["kind"], KINDS)
        title = panel.get("title", panel["kind"].replace(", ", "\n"))
        checked.append(_panel(panel["kind"], panel.get("inputs"), panel.get("outputs"), title))
    between = 0.38
    width = sum(panel[3] for panel in checked) + between * (len(checked) - 1) + 2 * MARGIN
    lines = max(len(panel[4]) for panel in checked)
    height = 3 * BOX_HEIGHT + 2 * GAP + 2 * MARGIN + 0.2 + 0.26 * lines
    drawing = Drawing(width, height)
    left = MARGIN
    for asked, panel in zip(panels, checked, strict=True):
        _draw_panel(drawing, left, asked["kind"], panel)
        left += panel[3] + between
    return drawing.figure


def unrolled(kind, inputs=None, outputs=None, title=None):
    """Draw one type of RNN, unrolled over its time steps, with the example's own labels.

    Args:
        kind: one of `KINDS`.
        inputs: list of texts or 2-D pictures, one per input step; None for x1, x2, ...
        outputs: list of texts or 2-D pictures, one per output step; None for y1, y2, ...
        title: text above the drawing; None for the kind.

    Returns:
        A matplotlib Figure.

    Raises:
        InputError: unknown kind, or a number of labels that the kind forbids.
    """
    panel = {"kind": kind, "inputs": inputs, "outputs": outputs}
    return side_by_side([panel if title is None else panel | {"title": title}])


def recurrent_cell(steps=3, weights=("A", "B", "C")):
    """Draw the recurrent layer twice: folded, with its loop, and unrolled over time.

    Args:
        steps: number of time steps of the unrolled form, from 2 to 6.
        weights: names of the three weights: input to hidden, hidden to hidden, hidden to output.

    Returns:
        A matplotlib Figure.

    Raises:
        InputError: steps out of range, or not three names.
    """
    validate.whole_number("steps", steps, 2, 6)
    names = _check_contents("weights", weights, 3)
    rows = [MARGIN + 0.3 + k * (BOX_HEIGHT + 0.62) for k in range(3)]
    half, width, between = BOX_HEIGHT / 2, 0.86, 0.62
    first = 3.35
    drawing = Drawing(first + steps * width + (steps - 1) * between + 0.75, rows[2] + 0.85)

    def column(x, labels):
        for row, label, role in zip(rows, labels, ("input", "state", "output"), strict=True):
            drawing.box(x, row, label, role, width=width)
        drawing.arrow((x, rows[0] + half), (x, rows[1] - half), names[0])
        drawing.arrow((x, rows[1] + half), (x, rows[2] - half), names[2])

    column(0.65, ("x", "h", "y"))
    right = 0.65 + width / 2
    drawing.arrow((right, rows[1] + 0.12), (right, rows[1] - 0.12), bend=-2.6)
    drawing.text(right + 0.56, rows[1], names[1], fontweight="bold")
    drawing.text(0.65, rows[2] + 0.55, "folded", fontweight="bold")
    drawing.text(2.25, rows[1], "=", fontsize=24)
    drawing.arrow((first - 0.5, rows[1]), (first, rows[1]), names[1])
    for k in range(steps):
        x = first + width / 2 + k * (width + between)
        column(x, [f"{letter}({k + 1})" for letter in "xhy"])
        last = k == steps - 1
        drawing.arrow((x + width / 2, rows[1]),
                      (x + width / 2 + (0.5 if last else between), rows[1]), names[1])
    middle = first + (steps * width + (steps - 1) * between) / 2
    drawing.text(middle, rows[2] + 0.55, "unrolled: the same weights at every step",
                 fontweight="bold")
    return drawing.figure


def backward_paths(steps=3):
    """Draw the unrolled network with the ways that the derivative of the last error takes back.

    Args:
        steps: number of time steps, from 2 to 5.

    Returns:
        A matplotlib Figure: black arrows for the way forward, coloured ones for the way back.

    Raises:
        InputError: steps out of range.
    """
    validate.whole_number("steps", steps, 2, 5)
    rows, width, between = [MARGIN + 0.3, 1.75, 3.2], 0.9, 1.3
    half, red = BOX_HEIGHT / 2, figures.COLOURS["vermilion"]
    drawing = Drawing(0.5 + steps * width + (steps - 1) * between + 0.9, rows[2] + 0.85)
    for k in range(steps):
        x = 0.3 + width / 2 + k * (width + between)
        for row, name, role in zip(rows, "xSE", ("input", "state", "output"), strict=True):
            drawing.box(x, row, f"{name}{k + 1}", role, width=width)
        drawing.arrow((x - 0.16, rows[0] + half), (x - 0.16, rows[1] - half), "A", side=-1)
        drawing.arrow((x - 0.16, rows[1] + half), (x - 0.16, rows[2] - half), "C", side=-1)
        drawing.arrow((x + 0.16, rows[1] - half), (x + 0.16, rows[0] + half), colour=red)
        drawing.text(x + 0.58, (rows[0] + rows[1]) / 2, f"\u2202S{k + 1}/\u2202A", color=red)
        if k:
            left, right = x - width / 2 - between, x - width / 2
            drawing.arrow((left, rows[1] - 0.12), (right, rows[1] - 0.12), "B", side=-1)
            drawing.arrow((right, rows[1] + 0.12), (left, rows[1] + 0.12), colour=red)
            drawing.text((left + right) / 2, rows[1] + 0.34, f"\u2202S{k + 1}/\u2202S{k}",
                         color=red)
    drawing.arrow((x + 0.16, rows[2] - half), (x + 0.16, rows[1] + half), colour=red)
    drawing.text(x + 0.66, (rows[1] + rows[2]) / 2, f"\u2202E{steps}/\u2202S{steps}", color=red)
    middle = drawing.figure.get_figwidth() / 2
    drawing.text(middle, rows[2] + 0.55, f"the way of E{steps} back to every use of A", color=red,
                 fontweight="bold")
    return drawing.figure


def encoder_decoder(read=("forty", "two"), written=("quarante", "deux")):
    """Draw an encoder that reads, the context vector, and a decoder that writes from <start> on.

    A dashed arrow carries an output back in as the next input.

    Args:
        read: words of the source.
        written: words of the target, without start and end token.

    Returns:
        A matplotlib Figure.

    Raises:
        InputError: no words, or something that is no text.
    """
    read, written = _check_contents("read", read), _check_contents("written", written)
    given, wanted = ["<start>", *written], [*written, "<end>"]
    rows, half, gap = [0.75, 1.85, 2.95], BOX_HEIGHT / 2, 0.34
    widths = [box_width(word) for word in read]
    widths += [max(box_width(a), box_width(b)) for a, b in zip(given, wanted, strict=True)]
    context, red = 1.15, figures.COLOURS["vermilion"]
    drawing = Drawing(2 * MARGIN + sum(widths) + gap * (len(widths) - 2) + context, 3.55)
    x, places = MARGIN, []
    for k, width in enumerate(widths):
        x += (context if k == len(read) else gap) if k else 0
        places.append(x + width / 2)
        x += width
    for k, (centre, width) in enumerate(zip(places, widths, strict=True)):
        step = k - len(read)
        drawing.box(centre, rows[1], "h", "state", width=width)
        drawing.box(centre, rows[0], read[k] if step < 0 else given[step], "input", width=width)
        drawing.arrow((centre, rows[0] + half), (centre, rows[1] - half))
        if k:
            before = places[k - 1] + widths[k - 1] / 2
            drawing.arrow((before, rows[1]), (centre - width / 2, rows[1]))
        if step >= 0:
            drawing.box(centre, rows[2], wanted[step], "output", width=width)
            drawing.arrow((centre, rows[1] + half), (centre, rows[2] - half))
        if step > 0:
            drawing.arrow((before - 0.02, rows[2] - half), (centre - width / 2 + 0.08,
                          rows[0] + half), dashed=True, colour=red)
    edge = places[len(read) - 1] + widths[len(read) - 1] / 2 + context / 2
    drawing.text(edge, rows[1] + 0.2, "context", fontweight="bold")
    ends = ((places[0] - widths[0] / 2 + edge - context / 2) / 2, "encoder"), (
        (edge + context / 2 + places[-1] + widths[-1] / 2) / 2, "decoder")
    for middle, name in ends:
        drawing.text(middle, 0.25, name, fontweight="bold")
    return drawing.figure


def lstm_cell():
    """Draw one step of an LSTM: the belt c above, three gates and the candidate below.

    Returns:
        A matplotlib Figure.
    """
    drawing = Drawing(9.5, 4.3)
    wires, gates, middle, belt = 0.45, 1.5, 2.55, 3.6
    half, red = BOX_HEIGHT / 2, figures.COLOURS["vermilion"]

    def operation(x, y, sign):
        drawing.box(x, y, sign, "state", width=0.46)

    drawing.text(0.55, belt, "c(t-1)")
    drawing.arrow((1.0, belt), (1.87, belt), colour=red)
    drawing.arrow((2.33, belt), (4.27, belt), colour=red)
    drawing.arrow((4.73, belt), (8.0, belt), colour=red)
    drawing.text(8.35, belt, "c(t)")
    drawing.text(3.3, belt + 0.32, "the conveyor belt", color=red, fontweight="bold")
    operation(2.1, belt, "\u00d7")
    operation(4.5, belt, "+")
    for x, name, role in ((2.1, "forget  f", "plain"), (3.7, "input  i", "plain"),
                          (5.3, "candidate  g", "input"), (7.1, "output  o", "plain")):
        drawing.box(x, gates, name, role, width=1.4)
        drawing.arrow((x, wires), (x, gates - half))
    drawing.text(0.75, wires, "h(t-1), x(t)")
    drawing.axes.plot((1.4, 7.1), (wires, wires), color="black", linewidth=1.6, zorder=2)
    drawing.arrow((2.1, gates + half), (2.1, belt - half))
    operation(4.5, middle, "\u00d7")
    drawing.arrow((3.9, gates + half), (4.27, middle))
    drawing.arrow((5.1, gates + half), (4.73, middle))
    drawing.arrow((4.5, middle + half), (4.5, belt - half))
    drawing.box(7.1, middle, "tanh", "plain", width=0.8)
    drawing.arrow((7.1, belt), (7.1, middle + half))
    operation(8.2, (gates + middle) / 2, "\u00d7")
    drawing.arrow((7.5, middle), (7.97, (gates + middle) / 2 + 0.1))
    drawing.arrow((7.8, gates), (7.97, (gates + middle) / 2 - 0.1))
    drawing.arrow((8.43, (gates + middle) / 2), (8.85, (gates + middle) / 2))
    drawing.text(9.12, (gates + middle) / 2, "h(t)")
    return drawing.figure


def bidirectional(inputs=("x(1)", "x(2)", "x(3)"), outputs=("y(1)", "y(2)", "y(3)")):
    """Draw a bidirectional layer: one row of states that runs to the right, one to the left.

    Args:
        inputs: list of texts, one per step.
        outputs: list of texts, as many.

    Returns:
        A matplotlib Figure.

    Raises:
        InputError: no list of texts, or lists of different lengths.
    """
    inputs = _check_contents("inputs", inputs)
    outputs = _check_contents("outputs", outputs, len(inputs))
    rows, half = [MARGIN + BOX_HEIGHT / 2 + k * (BOX_HEIGHT + 0.42) for k in range(4)], 0.23
    names = (("ahead", 0.86), ("back", 0.86))
    pitch = max(2.25, *(box_width(text) + 0.2 for text in (*inputs, *outputs)))
    drawing = Drawing(1.75 + pitch * len(inputs), rows[3] + BOX_HEIGHT / 2 + MARGIN)
    for k, (entering, leaving) in enumerate(zip(inputs, outputs, strict=True)):
        x = 1.55 + pitch * (k + 0.5)
        drawing.box(x, rows[0], entering, "input")
        drawing.box(x, rows[3], leaving, "output")
        for (name, width), row, side, colour in zip(
                names, rows[1:3], (-0.5, 0.5), ("black", figures.COLOURS["vermilion"]),
                strict=True):
            drawing.box(x + side, row, name, "state", width=width)
            drawing.arrow((x + 0.25 * side, rows[0] + half), (x + side, row - half), colour=colour)
            drawing.arrow((x + side, row + half), (x + 0.25 * side, rows[3] - half), colour=colour)
        if k:
            left, right = x - pitch, x
            drawing.arrow((left - 0.07, rows[1]), (right - 0.93, rows[1]))
            drawing.arrow((right + 0.07, rows[2]), (left + 0.93, rows[2]),
                          colour=figures.COLOURS["vermilion"])
    drawing.text(0.85, rows[1], "left to right", fontweight="bold")
    drawing.text(0.85, rows[2], "right to left", fontweight="bold",
                 color=figures.COLOURS["vermilion"])
    return drawing.figure


def picture_of(values):
    """Return a copy of a 2-D picture scaled to the range 0 to 1, as a box shows it.

    Raises:
        InputError: not a 2-D array of finite numbers.
    """
    values = validate.array("values", values, ("height", "width"), float)
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
