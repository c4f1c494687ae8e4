"""Pictures of the types of RNN, one panel each."""

from utils import figures, validate
from utils.diagrams.drawing import (
    BOX_HEIGHT,
    COLUMN_GAP,
    GAP,
    MARGIN,
    Drawing,
    box_width,
    checked_contents,
    text_width,
)

KINDS = ("one-to-one", "one-to-many", "many-to-one", "many-to-many, aligned",
         "many-to-many, unaligned")
EXAMPLES = {
    "one-to-one": (["x"], ["y"]),
    "one-to-many": (["x"], ["y1", "y2", "y3"]),
    "many-to-one": (["x1", "x2", "x3"], ["y"]),
    "many-to-many, aligned": (["x1", "x2", "x3"], ["y1", "y2", "y3"]),
    "many-to-many, unaligned": (["x1", "x2"], ["y1", "y2", "y3"]),
}


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
    inputs = checked_contents("inputs", inputs, 1 if kind.startswith("one-") else None)
    single = kind.endswith("-to-one")
    count = 1 if single else len(inputs) if kind.endswith(", aligned") else None
    columns = _columns(kind, inputs, checked_contents("outputs", outputs, count))
    widths = [max(box_width(part) for part in column if part is not None) for column in columns]
    body = sum(widths) + COLUMN_GAP * (len(columns) - 1)
    lines = validate.text("title", title).split("\n")
    return columns, widths, body, max([body, *[text_width(line) for line in lines]]), lines


def _draw_panel(drawing, left, panel, feedback):
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
            if feedback and entering is None and previous[1] is not None:
                drawing.arrow((previous[0] + previous[2] / 2 - 0.05, rows[2] - half),
                              (centre - width / 2 + 0.08, rows[1] + half), dashed=True,
                              colour=figures.COLOURS["vermilion"])
        previous = (centre, leaving, width)
        x += width + COLUMN_GAP


def side_by_side(panels, feedback=True):
    """Draw several unrolled networks beside each other, all in the same style.

    Boxes from bottom to top: inputs, states h, outputs. A dashed arrow carries an output back in
    as the next input.

    Args:
        panels: list of dicts with the keys `kind` (one of `KINDS`) and, each optional, `inputs`
            and `outputs` (lists of texts or small 2-D pictures) and `title` (default: the kind).
        feedback: draw the dashed arrows; False for networks that do not read what they wrote.

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
    for panel in checked:
        _draw_panel(drawing, left, panel, feedback)
        left += panel[3] + between
    return drawing.figure


def unrolled(kind, inputs=None, outputs=None, title=None, feedback=True):
    """Draw one type of RNN, unrolled over its time steps, with the example's own labels.

    Args:
        kind: one of `KINDS`.
        inputs: list of texts or 2-D pictures, one per input step; None for x1, x2, ...
        outputs: list of texts or 2-D pictures, one per output step; None for y1, y2, ...
        title: text above the drawing; None for the kind.
        feedback: as for `side_by_side`.

    Returns:
        A matplotlib Figure.

    Raises:
        InputError: unknown kind, or a number of labels that the kind forbids.
    """
    panel = {"kind": kind, "inputs": inputs, "outputs": outputs}
    return side_by_side([panel if title is None else panel | {"title": title}], feedback)
