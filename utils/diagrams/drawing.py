"""A sheet with boxes and arrows in one style, measured in inches.

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


def checked_contents(name, contents, count=None):
    """Return `contents` if it is a list of texts and 2-D pictures, of the length wanted."""
    if not isinstance(contents, list | tuple) or not contents:
        raise validate.InputError(f"{name} must be a list of texts or 2-D pictures, at least one; "
                                  f"got {contents!r}.")
    if count is not None and len(contents) != count:
        raise validate.InputError(f"{name} must have {count} entries here; got {len(contents)}.")
    return [validate.text(name, item) if isinstance(item, str)
            else validate.array(name, item, ("height", "width")) for item in contents]


def picture_of(values):
    """Return a copy of a 2-D picture scaled to the range 0 to 1, as a box shows it.

    Raises:
        InputError: not a 2-D array of finite numbers.
    """
    values = validate.array("values", values, ("height", "width"), float)
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
