import base64
import io
import zlib

import matplotlib as mpl
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib import pyplot as plt
from PIL import Image, ImageSequence

import browser
import tiny
from tools.publish import pages
from utils import figures, validate

ALT = "A curve that rises from 1 to 9 over three places."


@pytest.fixture(autouse=True)
def plain_style():
    InteractiveShell.instance()
    with mpl.rc_context():
        yield
    plt.close("all")
    InteractiveShell.clear_instance()


def show(alt=ALT, draw=True):
    figure, axes = plt.subplots()
    if draw:
        axes.plot([1, 4, 9])
    with capture_output() as captured:
        figures.show(figure, alt=alt)
    output, = captured.outputs
    return output


def opened(output):
    return Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))


def test_a_picture_is_shown_once_with_its_alt_text_and_closed():
    figures.use_style()
    output = show()
    assert output.data["text/plain"] == f"Figure: {ALT}"
    assert output.metadata == {"image/png": {"alt": ALT}}
    image = opened(output)
    assert image.size == (800, 450) and image.info["Software"].startswith("Matplotlib version")
    assert plt.get_fignums() == []


def test_the_same_drawing_gives_the_same_bytes():
    figures.use_style()
    assert show().data["image/png"] == show().data["image/png"]


def test_a_picture_carries_its_words_and_how_much_its_axes_hold():
    figures.use_style()
    figure, axes = plt.subplots()
    axes.plot([0, 1], label="ours")
    axes.set(title="A title", xlabel="steps", xticks=[-7, 0, 1], xlim=(0, 1), yticks=[])
    axes.legend()
    figure.text(0.5, 0.5, "hidden", visible=False)
    with capture_output() as captured:
        figures.show(figure, alt=ALT)
    image = opened(captured.outputs[0])
    assert sorted(image.info["Description"].splitlines()) == sorted([
        "A title", "steps", "0", "1", "ours",
        "1x lines, 0x collections, 0x patches, 0x images"])


@pytest.mark.parametrize(("alt", "words"), [
    ("", "alt must not be empty"), ("   ", "alt must not be empty"),
    ("too short", "at least 20 characters; got 'too short'"),
    ("x" * 19, "at least 20 characters"), ("        too short         ", "at least 20 characters"),
    ("A curve over\ntwo lines of text.", "one line"),
    (None, "alt must be a string; got None"), (7, "alt must be a string; got 7")])
def test_a_wrong_alt_text_is_refused(alt, words):
    with pytest.raises(validate.InputError, match=words):
        show(alt=alt)


@pytest.mark.parametrize("wrong", [None, "figure", np.zeros((2, 2)), plt])
def test_what_is_no_figure_is_refused(wrong):
    with pytest.raises(validate.InputError, match="fig must be a matplotlib Figure; got "):
        figures.show(wrong, alt=ALT)


def test_the_style_reads_well_from_the_last_row():
    figures.use_style()
    assert mpl.rcParams["axes.labelsize"] == 14 and mpl.rcParams["font.size"] == 14
    cycle = mpl.rcParams["axes.prop_cycle"]
    colours, styles = cycle.by_key()["color"], cycle.by_key()["linestyle"]
    assert len(set(colours)) == len(set(map(str, styles))) == len(cycle) == 6
    assert set(colours) <= set(figures.COLOURS.values())


COLOURS = ["#d55e00", "#0072b2", "#009e73", "#000000"]


def square(number, size=(2, 1), colours=COLOURS):
    """A figure with a square that moves to the right and changes its colour."""
    figure = plt.figure(figsize=size)
    figure.add_artist(plt.Rectangle((number / 4, 0.2), 0.2, 0.6, color=colours[number]))
    return figure


def animate(frames, alt=ALT, **settings):
    with capture_output() as captured:
        figures.show_animation(frames, alt, **settings)
    output, = captured.outputs
    return output


@pytest.mark.parametrize(("frames", "settings"), [
    (square, {"count": 4}), (map(square, range(4)), {})])
def test_an_animation_starts_with_its_still_frame_and_then_runs_through(frames, settings):
    output = animate(frames if callable(frames) else list(frames), still=2, frame_ms=500,
                     first_ms=1500, last_ms=2500, **settings)
    assert output.data["text/plain"] == f"Figure: {ALT}"
    assert output.metadata == {"image/png": {"alt": ALT}}
    image = opened(output)
    assert (image.n_frames, image.size, image.info["loop"]) == (5, (200, 100), 0)
    assert image.info["Software"].startswith("Matplotlib version")
    for number, frame in zip((2, 0, 1, 2, 3), ImageSequence.Iterator(image), strict=True):
        shown = frame.convert("RGB")
        assert shown.getpixel((50 * number + 20, 50)) == Image.new(
            "RGB", (1, 1), COLOURS[number]).getpixel((0, 0))
        assert shown.getpixel((1, 1)) == (255, 255, 255)
        assert frame.info["duration"] == [1500, 500, 500, 500, 2500][frame.tell()]
    assert plt.get_fignums() == []


def test_a_still_frame_that_comes_first_anyway_is_not_shown_twice():
    image = opened(animate(square, count=3))
    assert image.n_frames == 3
    assert [frame.info["duration"] for frame in ImageSequence.Iterator(image)] == [2000, 600, 3000]


def test_two_frames_that_show_the_same_stay_two():
    image = opened(animate([square(number) for number in (0, 1, 1, 1, 2)]))
    assert image.n_frames == 5
    shown = [frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(image)]
    assert shown[1] == shown[2] == shown[3] != shown[4] != shown[0] != shown[1]


def test_the_words_of_all_frames_are_kept():
    def draw(number):
        figure, axes = plt.subplots(figsize=(2, 1))
        axes.set_title(f"word {number}")
        axes.plot([0] * number)
        return figure
    words = opened(animate(draw, count=3, still=1)).info["Description"]
    assert [line for line in words.splitlines() if "word" in line or "lines" in line] == [
        line for k in (1, 0, 1, 2)
        for line in (f"word {k}", "1x lines, 0x collections, 0x patches, 0x images")]


def test_the_same_animation_gives_the_same_bytes():
    assert animate(square, count=3).data == animate(square, count=3).data


def test_an_animation_with_many_colours_keeps_near_to_them():
    def draw(number):
        figure, axes = plt.subplots()
        axes.imshow(np.arange(200).reshape(10, 20) + 10 * number, vmin=0, vmax=240)
        return figure
    image = opened(animate(draw, count=4))
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        wanted, _ = figures.drawn(draw(number))
        apart = np.abs(np.asarray(frame.convert("RGB"), float) - np.asarray(wanted, float))
        assert apart.max() <= 32 and np.sqrt(np.mean(apart ** 2)) <= 3


def noise(number):
    figure = plt.figure(figsize=(8, 4.5))
    figure.figimage(np.random.default_rng(number).random((450, 800)))
    return figure


@pytest.mark.parametrize(("frames", "settings", "words"), [
    (lambda k: square(0), {"count": 3}, "at least two frames must differ"),
    (lambda k: square(0, size=(2 + k, 1)), {"count": 2},
     r"one size; got \[\(200, 100\), \(300, 100\)\]"),
    (noise, {"count": 3}, r"has \d+ KB and must have at most 600; draw fewer frames \(3 now\), or "
                          r"smaller ones \(800 x 450 points now\)"),
    (square, {}, "count must be a whole number, at least 2; got None"),
    (square, {"count": 1}, "count must be a whole number, at least 2; got 1"),
    (square, {"count": 3, "still": 3}, "still must be a whole number, at least 0 and at most 2"),
    (square, {"count": 3, "frame_ms": 10}, "frame_ms must be a whole number, at least 50"),
    (square, {"count": 3, "alt": "short"}, "at least 20 characters"),
    (lambda k: "no figure", {"count": 3}, "fig must be a matplotlib Figure; got str"),
    ("words", {}, "a list of at least two matplotlib figures, or a function .* got 'words' and"),
    ([], {}, "got 0 figures and count=None"), ([1], {}, "got 1 figures and count=None"),
    ([1, 2], {"count": 2}, "got 2 figures and count=2"), (None, {}, "got None and count=None")])
def test_a_wrong_animation_is_refused(frames, settings, words):
    with pytest.raises(validate.InputError, match=words):
        animate(frames, **settings)


def test_an_animation_moves_in_a_page_and_on_paper_shows_its_still_frame(tmp_path):
    import nbformat
    made = tiny.notebook("1", prose="# A page")
    output = animate(square, count=4, still=2, frame_ms=300, first_ms=300, last_ms=300)
    tiny.code(made, 0).outputs = [nbformat.v4.new_output(
        "display_data", output.data, metadata=output.metadata)]
    path = tmp_path / "page.html"
    path.write_text(pages.page(made, "A page"), encoding="utf-8")
    with browser.Browser() as chromium:
        tab = chromium.tab(600, 400)
        tab.open(path)
        assert tab.run("document.images[0].naturalWidth + document.images[0].alt") == f"200{ALT}"
        seen = set()
        for number in range(8):
            tab.picture(tmp_path / f"{number}.jpg")
            seen.add((tmp_path / f"{number}.jpg").read_bytes())
            tab.run("new Promise(done => setTimeout(done, 310))")
            paper = base64.b64decode(tab.call("Page.printToPDF")["data"])
            assert points_of_the_picture(paper) == opened(output).convert("RGB").tobytes()
        assert len(seen) >= 3
        assert tab.faults == []


def points_of_the_picture(paper):
    """Return the RGB points of the only picture in a PDF that Chromium has made."""
    _, _, behind = paper.partition(b"/Subtype /Image\n")
    return zlib.decompressobj().decompress(behind.partition(b"stream\n")[2])


def test_a_widget_is_shown_as_a_view_with_its_sentence():
    import ipywidgets
    slider = ipywidgets.IntSlider()
    with capture_output() as captured:
        figures.show_widget(slider, "A slider: run this cell to move it.")
    output, = captured.outputs
    assert output.data == {
        "application/vnd.jupyter.widget-view+json": {
            "model_id": slider.model_id, "version_major": 2, "version_minor": 0},
        "text/plain": "A slider: run this cell to move it."}


@pytest.mark.parametrize(("widget", "says", "words"), [
    ("text", "A slider.", "an ipywidgets widget; got str"), (None, "", "says must not be empty")])
def test_a_wrong_widget_is_refused(widget, says, words):
    import ipywidgets
    with pytest.raises(validate.InputError, match=words):
        figures.show_widget(widget or ipywidgets.IntSlider(), says)
