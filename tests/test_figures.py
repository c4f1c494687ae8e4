import base64
import io

import matplotlib as mpl
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib import pyplot as plt
from PIL import Image

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


def test_a_picture_is_shown_once_with_its_alt_text_and_closed():
    figures.use_style()
    output = show()
    assert output.data["text/plain"] == f"Figure: {ALT}"
    assert output.metadata == {"image/png": {"alt": ALT}}
    image = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    assert image.size == (800, 450) and image.info["Software"].startswith("Matplotlib version")
    assert plt.get_fignums() == []


def test_the_same_drawing_gives_the_same_bytes():
    figures.use_style()
    assert show().data["image/png"] == show().data["image/png"]


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
