"""Pictures of measurements: one style for the whole course, and words with every picture.

A figure carries alt text; a widget carries a sentence for where it cannot run.
"""

import base64
import io

from utils import validate

# Okabe and Ito's palette; it stays distinct for every common form of colour blindness.
COLOURS = {
    "blue": "#0072B2", "orange": "#E69F00", "green": "#009E73", "vermilion": "#D55E00",
    "purple": "#CC79A7", "sky": "#56B4E9", "black": "#000000", "grey": "#666666",
}
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))


def use_style():
    """Set the course's figure style: palette with line styles, 14-point labels, no clutter."""
    import matplotlib as mpl
    from cycler import cycler
    palette = [COLOURS[name] for name in
               ("blue", "vermilion", "green", "orange", "purple", "black")]
    mpl.rcParams.update({
        "figure.figsize": (8, 4.5), "figure.dpi": 100, "savefig.dpi": 100,
        "figure.constrained_layout.use": True,
        "font.family": "DejaVu Sans", "font.size": 14,
        "axes.titlesize": 15, "axes.labelsize": 14, "xtick.labelsize": 13, "ytick.labelsize": 13,
        "legend.fontsize": 13, "legend.frameon": False,
        "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "grid.color": "#dddddd", "grid.linewidth": 0.8, "axes.axisbelow": True,
        "lines.linewidth": 2.2, "lines.markersize": 7,
        "axes.prop_cycle": cycler(color=palette) + cycler(linestyle=LINE_STYLES),
        "image.cmap": "cividis",
    })


def show(fig, alt):
    """Display `fig` as PNG with its alt text, and close it.

    The alt text is stored in the output's metadata, where JupyterLab, nbconvert and screen
    readers find it, and as the plain-text form of the picture. Numbers in it that may differ
    between machines start with the sign for 'about', as in printed text.

    Args:
        fig: a matplotlib figure.
        alt: what the picture shows, in one or two sentences of at least 20 characters, on one
            line.

    Raises:
        InputError: no figure, or an alt text that says nothing.
    """
    import matplotlib.pyplot as plt
    from IPython.display import display
    from matplotlib.figure import Figure
    if not isinstance(fig, Figure):
        raise validate.InputError(f"fig must be a matplotlib Figure; got {type(fig).__name__}.")
    validate.text("alt", alt)
    if len(alt.strip()) < 20:
        raise validate.InputError("alt must say what the picture shows in at least 20 characters; "
                                  f"got {alt!r}.")
    if "\n" in alt:
        raise validate.InputError(f"alt must be one line; got {alt!r}.")
    stream = io.BytesIO()
    fig.savefig(stream, format="png")
    plt.close(fig)
    picture = base64.b64encode(stream.getvalue()).decode("ascii")
    display({"image/png": picture, "text/plain": f"Figure: {alt}"},
            metadata={"image/png": {"alt": alt}}, raw=True)


def show_widget(widget, says):
    """Display a widget, and on paper, on GitHub or in a page the sentence that stands for it.

    The output is made by hand, since ipywidgets 7, which Colab has, and 8 make it differently.

    Args:
        widget: an ipywidgets widget.
        says: what it is and how to use it, on one line.

    Raises:
        InputError: no widget, or no sentence.
    """
    from IPython.display import display
    if not hasattr(widget, "model_id"):
        raise validate.InputError("widget must be an ipywidgets widget; got "
                                  f"{type(widget).__name__}.")
    validate.text("says", says)
    view = {"model_id": widget.model_id, "version_major": 2, "version_minor": 0}
    display({"application/vnd.jupyter.widget-view+json": view, "text/plain": says}, raw=True)
