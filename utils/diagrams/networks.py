"""Pictures of a cell, of its backward paths, and of networks made from cells."""

from utils import figures, validate
from utils.diagrams.drawing import BOX_HEIGHT, MARGIN, Drawing, box_width, checked_contents

SUBSCRIPTS = "₁₂₃₄₅₆"


def recurrent_cell(steps=3, weights=("A", "B", "C"), subscripts=False):
    """Draw the recurrent layer twice: folded, with its loop, and unrolled over time.

    Args:
        steps: number of time steps of the unrolled form, from 2 to 6.
        weights: names of the three weights: input to hidden, hidden to hidden, hidden to output.
        subscripts: number the steps as in a formula, x₁; by default as the notes do, x(1).

    Returns:
        A matplotlib Figure.

    Raises:
        InputError: steps out of range, or not three names.
    """
    validate.whole_number("steps", steps, 2, 6)
    names = checked_contents("weights", weights, 3)
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
        number = SUBSCRIPTS[k] if subscripts else f"({k + 1})"
        column(x, [letter + number for letter in "xhy"])
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
    read, written = checked_contents("read", read), checked_contents("written", written)
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


# Heights of a cell's picture, in inches: what is read, the gates, the products, the state.
WIRES, GATES, MIDDLE, BELT = 0.45, 1.5, 2.55, 3.6


class _Cell(Drawing):
    """One step of a cell, built up stage by stage; what is new is drawn in one colour."""

    def __init__(self, name, stage, last):
        self.shown = last if stage is None else validate.whole_number(name, stage, 1, last)
        self.new = stage
        super().__init__(9.5, 4.3)

    def ink(self, stage):
        return figures.COLOURS["blue"] if self.new == stage else "black"

    def link(self, stage, start, end):
        """Draw an arrow that belongs to a stage, if that is shown."""
        if stage <= self.shown:
            self.arrow(start, end, colour=self.ink(stage))

    def read(self, stage, end):
        """Draw the line of what the gates read, up to the last of them."""
        self.text(0.75, WIRES, "h(t-1), x(t)", color=self.ink(stage))
        self.axes.plot((1.4, end), (WIRES, WIRES), color=self.ink(stage), linewidth=1.6, zorder=2)

    def cut(self):
        """Leave out the height below the gates, where nothing is read yet."""
        self.axes.set_ylim(GATES - 0.35, 4.3)
        self.figure.set_figheight(4.65 - GATES)


def lstm_cell(pieces=None):
    """Draw one step of an LSTM: the belt c above, three gates and the candidate below.

    Args:
        pieces: how much of it, to build it up: 1 writing, 2 and forgetting, 3 and what the gates
            read, 4 and the output; what is new is drawn in one colour. None draws the whole cell.

    Returns:
        A matplotlib Figure.

    Raises:
        InputError: pieces is not from 1 to 4.
    """
    drawing = _Cell("pieces", pieces, 4)
    shown, ink, arrow = drawing.shown, drawing.ink, drawing.link
    half, red = BOX_HEIGHT / 2, figures.COLOURS["vermilion"]
    shown_gate = (GATES + MIDDLE) / 2

    def operation(piece, x, y, sign):
        if piece <= shown:
            drawing.box(x, y, sign, "state", width=0.46)

    def gate(piece, x, name, role="plain"):
        if piece <= shown:
            drawing.box(x, GATES, name, role, width=1.4)
            arrow(max(piece, 3), (x, WIRES), (x, GATES - half))

    drawing.text(0.55, BELT, "c(t-1)")
    drawing.text(8.35, BELT, "c(t)")
    drawing.text(3.3, BELT + 0.32, "the conveyor belt", color=red, fontweight="bold")
    if shown > 1:
        drawing.arrow((1.0, BELT), (1.87, BELT), colour=red)
    drawing.arrow((2.33 if shown > 1 else 1.0, BELT), (4.27, BELT), colour=red)
    drawing.arrow((4.73, BELT), (8.0, BELT), colour=red)
    operation(2, 2.1, BELT, "\u00d7")
    operation(1, 4.5, BELT, "+")
    gate(2, 2.1, "forget  f")
    gate(1, 3.7, "input  i")
    gate(1, 5.3, "candidate  g", "input")
    gate(4, 7.1, "output  o")
    if shown > 2:
        drawing.read(3, 7.1 if shown == 4 else 5.3)
    arrow(2, (2.1, GATES + half), (2.1, BELT - half))
    operation(1, 4.5, MIDDLE, "\u00d7")
    arrow(1, (3.9, GATES + half), (4.27, MIDDLE))
    arrow(1, (5.1, GATES + half), (4.73, MIDDLE))
    arrow(1, (4.5, MIDDLE + half), (4.5, BELT - half))
    if shown == 4:
        drawing.box(7.1, MIDDLE, "tanh", "plain", width=0.8)
        drawing.text(9.12, shown_gate, "h(t)", color=ink(4))
    arrow(4, (7.1, BELT), (7.1, MIDDLE + half))
    operation(4, 8.2, shown_gate, "\u00d7")
    arrow(4, (7.5, MIDDLE), (7.97, shown_gate + 0.1))
    arrow(4, (7.8, GATES), (7.97, shown_gate - 0.1))
    arrow(4, (8.43, shown_gate), (8.85, shown_gate))
    if shown < 3:
        drawing.cut()
    return drawing.figure


def gru_cell(stages=None):
    """Draw one step of a GRU: the straight way of h above, two gates and the candidate below.

    Args:
        stages: how much of it, to build it up: 1 the mix, 2 and what moves it, 3 and the reset
            gate; what is new is drawn in one colour. None draws the whole cell.

    Returns:
        A matplotlib Figure.

    Raises:
        InputError: stages is not from 1 to 3.
    """
    drawing = _Cell("stages", stages, 3)
    shown, ink, arrow = drawing.shown, drawing.ink, drawing.link
    half, red = BOX_HEIGHT / 2, figures.COLOURS["vermilion"]
    update, reset, gate_of_h, candidate = 1.9, 3.8, 5.25, 7.0

    drawing.text(0.55, BELT, "h(t-1)")
    drawing.text(8.75, BELT, "h(t)")
    drawing.text(4.4, BELT + 0.32, "the straight way", color=red, fontweight="bold")
    for start, end in ((1.0, update - 0.23), (update + 0.23, candidate - 0.23),
                       (candidate + 0.23, 8.4)):
        drawing.arrow((start, BELT), (end, BELT), colour=red)
    for x, y, sign in ((update, BELT, "\u00d7"), (candidate, BELT, "+"),
                       (candidate, MIDDLE, "\u00d7")):
        drawing.box(x, y, sign, "state", width=0.46)
    drawing.box(update, GATES, "update  z", width=1.4)
    drawing.box(4.4, MIDDLE, "1 \u2212 z", width=0.9)
    drawing.box(candidate, GATES, "candidate  g", "input", width=1.5)
    arrow(1, (update, GATES + half), (update, BELT - half))
    arrow(1, (update + 0.7, GATES + 0.15), (3.95, MIDDLE - 0.1))
    arrow(1, (4.85, MIDDLE), (candidate - 0.23, MIDDLE))
    arrow(1, (candidate, GATES + half), (candidate, MIDDLE - half))
    arrow(1, (candidate, MIDDLE + half), (candidate, BELT - half))
    if shown > 1:
        drawing.read(2, candidate)
    for x in (update, candidate):
        arrow(2, (x, WIRES), (x, GATES - half))
    if shown == 3:
        drawing.box(reset, GATES, "reset  r", width=1.3)
        drawing.box(gate_of_h, GATES, "\u00d7", "state", width=0.46)
        drawing.text(gate_of_h + 0.3, (WIRES + GATES) / 2, "hU", color=ink(3))
        drawing.text(candidate + 0.3, (WIRES + GATES) / 2, "xW", color=ink(3))
    arrow(3, (reset, WIRES), (reset, GATES - half))
    arrow(3, (reset + 0.65, GATES), (gate_of_h - 0.23, GATES))
    arrow(3, (gate_of_h, WIRES), (gate_of_h, GATES - half))
    arrow(3, (gate_of_h + 0.23, GATES), (candidate - 0.75, GATES))
    if shown < 2:
        drawing.cut()
    return drawing.figure


def bidirectional(inputs=("x(1)", "x(2)", "x(3)"), outputs=("y(1)", "y(2)", "y(3)"),
                  names=("ahead", "back")):
    """Draw a bidirectional layer: one row of states that runs to the right, one to the left.

    Args:
        inputs: list of texts, one per step.
        outputs: list of texts, as many.
        names: of the states that run to the right, and of those that run to the left; with the
            first name alone the second row is left out.

    Returns:
        A matplotlib Figure.

    Raises:
        InputError: no list of texts, or lists of different lengths.
    """
    if len(checked_contents("names", names)) > 2:
        raise validate.InputError(f"names must be one or two texts; got {names!r}.")
    inputs = checked_contents("inputs", inputs)
    outputs = checked_contents("outputs", outputs, len(inputs))
    rows, half = [MARGIN + BOX_HEIGHT / 2 + k * (BOX_HEIGHT + 0.42) for k in range(4)], 0.23
    width = 0.86
    pitch = max(2.25, *(box_width(text) + 0.2 for text in (*inputs, *outputs)))
    drawing = Drawing(1.75 + pitch * len(inputs), rows[3] + BOX_HEIGHT / 2 + MARGIN)
    for k, (entering, leaving) in enumerate(zip(inputs, outputs, strict=True)):
        x = 1.55 + pitch * (k + 0.5)
        drawing.box(x, rows[0], entering, "input")
        drawing.box(x, rows[3], leaving, "output")
        for name, row, side, colour in zip(
                names, rows[1:3], (-0.5, 0.5), ("black", figures.COLOURS["vermilion"]),
                strict=False):
            drawing.box(x + side, row, name, "state", width=width)
            drawing.arrow((x + 0.25 * side, rows[0] + half), (x + side, row - half), colour=colour)
            drawing.arrow((x + side, row + half), (x + 0.25 * side, rows[3] - half), colour=colour)
        if k:
            left, right = x - pitch, x
            drawing.arrow((left - 0.07, rows[1]), (right - 0.93, rows[1]))
            if len(names) == 2:
                drawing.arrow((right + 0.07, rows[2]), (left + 0.93, rows[2]),
                              colour=figures.COLOURS["vermilion"])
    drawing.text(0.85, rows[1], "left to right", fontweight="bold")
    if len(names) == 2:
        drawing.text(0.85, rows[2], "right to left", fontweight="bold",
                     color=figures.COLOURS["vermilion"])
    return drawing.figure
