"""Pictures of measurements: one style for the whole course, and words with every picture.

A figure or an animation carries alt text; a widget carries a sentence for where it cannot run.
"""

import base64
import io

from utils import environment, validate

# Okabe and Ito's palette; it stays distinct for every common form of colour blindness.
COLOURS = {
    "blue": "#0072B2", "orange": "#E69F00", "green": "#009E73", "vermilion": "#D55E00",
    "purple": "#CC79A7", "sky": "#56B4E9", "black": "#000000", "grey": "#666666",
}
LARGEST_ANIMATION = 600 * 1024
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
    readers find it, and as the plain-text form of the picture.

    Args:
        fig: a matplotlib figure.
        alt: what the picture shows, in one or two sentences of at least 20 characters, on one
            line.

    Raises:
        InputError: no figure, or an alt text that says nothing.
    """
    check_alt(alt)
    image, info = drawn(fig)
    stream = io.BytesIO()
    image.save(stream, format="PNG", pnginfo=chunks(**info))
    display_png(stream.getvalue(), alt)


def show_animation(frames, alt, count=None, still=0, frame_ms=600, first_ms=2000, last_ms=3000):
    """Display figures as one picture that moves, with its alt text, and close them.

    The picture is an APNG: every browser shows it moving, for ever; print and PDF show its first
    frame. That is the frame `still`; behind it the frames run from the first to the last.

    Args:
        frames: list of at least two matplotlib figures of one size, or a function `draw(k)` that
            returns the figure of frame k.
        alt: what the animation shows and how it ends, as for `show`.
        count: number of frames, if `frames` is a function.
        still: number of the frame that tells most when nothing moves.
        frame_ms: milliseconds that each frame stays.
        first_ms: milliseconds that the still frame at the start stays, to be read.
        last_ms: milliseconds that the last frame stays.

    Raises:
        InputError: no figures, figures that differ in size or not at all, an alt text that says
            nothing, or an animation of more than 600 KB.
    """
    check_alt(alt)
    if callable(frames):
        count = validate.whole_number("count", count, minimum=2)
        frames = map(frames, range(count))
    elif not isinstance(frames, list | tuple) or len(frames) < 2 or count is not None:
        got = f"{len(frames)} figures" if isinstance(frames, list | tuple) else repr(frames)
        raise validate.InputError(
            "frames must be a list of at least two matplotlib figures, or a function draw(k) "
            f"together with count; got {got} and count={count}.")
    for name, value in (("frame_ms", frame_ms), ("first_ms", first_ms), ("last_ms", last_ms)):
        validate.whole_number(name, value, minimum=50, maximum=60_000)
    images, infos = zip(*map(drawn, frames), strict=True)
    still = validate.whole_number("still", still, minimum=0, maximum=len(images) - 1)
    if len(sizes := {image.size for image in images}) > 1:
        raise validate.InputError(f"all frames must have one size; got {sorted(sizes)} points.")
    order = [*([still] if still else []), *range(len(images))]
    durations = [first_ms, *[frame_ms] * (len(order) - 2), last_ms]
    encoded = animation([images[k] for k in order], durations, chunks(
        infos[0]["Software"], "\n".join(infos[k]["Description"] for k in order)))
    if len(encoded) > LARGEST_ANIMATION:
        raise validate.InputError(
            f"the animation has {len(encoded) // 1024} KB and must have at most "
            f"{LARGEST_ANIMATION // 1024}; draw fewer frames ({len(images)} now), or smaller ones "
            f"({images[0].width} x {images[0].height} points now).")
    display_png(encoded, alt)


def check_alt(alt):
    """Raise an InputError if an alt text says nothing or has several lines."""
    validate.text("alt", alt)
    if len(alt.strip()) < 20:
        raise validate.InputError("alt must say what the picture shows in at least 20 characters; "
                                  f"got {alt!r}.")
    if "\n" in alt:
        raise validate.InputError(f"alt must be one line; got {alt!r}.")


def drawn(fig):
    """Draw a figure and close it.

    Returns:
        (RGB image, dict of what the PNG says about itself: Software and Description).

    Raises:
        InputError: `fig` is no figure.
    """
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure
    from PIL import Image
    if not isinstance(fig, Figure):
        raise validate.InputError(f"fig must be a matplotlib Figure; got {type(fig).__name__}.")
    stream = io.BytesIO()
    fig.savefig(stream, format="png")
    plt.close(fig)
    with Image.open(stream) as image:
        return image.convert("RGB"), {"Software": image.info["Software"],
                                      "Description": description(fig)}


def description(fig):
    """Return the words of a drawn figure, and how many things each of its axes holds.

    Stored in the PNG, it lets the tests compare titles, labels and the number of curves to the
    letter also where the points of two pictures may differ, since the numbers in them do.
    """
    from matplotlib.text import Text
    outside = {label for axes in fig.axes for axis in (axes.xaxis, axes.yaxis)
               for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
               if not min(axis.get_view_interval()) <= tick.get_loc() <= max(
                   axis.get_view_interval()) for label in (tick.label1, tick.label2)}
    words = [text.get_text() for text in fig.findobj(Text)
             if text.get_visible() and text not in outside]
    held = [", ".join(f"{sum(thing.get_visible() for thing in getattr(axes, kind))}x {kind}"
                      for kind in ("lines", "collections", "patches", "images"))
            for axes in fig.axes]
    return "\n".join([*filter(str.strip, words), *held])


def chunks(Software, Description):
    """Return the texts that a PNG carries, under their standard names."""
    from PIL.PngImagePlugin import PngInfo
    info = PngInfo()
    info.add_text("Software", Software)
    info.add_itxt("Description", Description, zip=True)
    return info


def animation(images, durations, info):
    """Return RGB images of one size as the bytes of an APNG with one palette for all frames.

    Raises:
        InputError: no frame differs from the one before it.
    """
    from PIL import Image
    width, height = images[0].size
    sheet = Image.new("RGB", (width, height * len(images)))
    for number, image in enumerate(images):
        sheet.paste(image, (0, height * number))
    palette = sheet.quantize(256, method=Image.Quantize.FASTOCTREE)
    # The colour that stands for white is a mean of nearly white ones; paper is quite white.
    white = Image.new("RGB", (1, 1), "white").quantize(palette=palette).getpixel((0, 0))
    colours = palette.getpalette()
    colours[3 * white:3 * white + 3] = 255, 255, 255
    palette.putpalette(colours)
    first, *others = (image.quantize(palette=palette, dither=Image.Dither.NONE)
                      for image in images)
    if all(other.tobytes() == first.tobytes() for other in others):
        raise validate.InputError("at least two frames must differ; all of them show the same.")
    stream = io.BytesIO()
    # Pillow would make one frame of two that show the same, unless they are blended differently.
    first.save(stream, format="PNG", save_all=True, append_images=others, duration=durations,
               loop=0, optimize=True, blend=[k % 2 for k in range(len(images))], pnginfo=info)
    return stream.getvalue()


def display_png(encoded, alt):
    """Display the bytes of a PNG with its alt text."""
    from IPython.display import display
    picture = base64.b64encode(encoded).decode("ascii")
    display({"image/png": picture, "text/plain": f"Figure: {alt}"},
            metadata={"image/png": {"alt": alt}}, raw=True)


def show_picture(name, alt):
    """Display a stored picture of data/pictures, which may move, with its alt text.

    Args:
        name: of the file, such as "04_lstm.png"; `make store` takes it from the lesson.
        alt: what the picture shows, as for `show`.

    Raises:
        InputError: no such file, or an alt text that says nothing.
    """
    check_alt(alt)
    path = environment.ROOT / "data" / "pictures" / validate.text("name", name)
    if not path.is_file():
        raise validate.InputError(f"name must be a file in data/pictures; got {name!r}.")
    display_png(path.read_bytes(), alt)


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
