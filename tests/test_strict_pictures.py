"""What counts as the same picture, animation or sound, and which changes are seen."""

import base64
import io
import wave

import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

import strict_pictures
from tools.notebooks import notebook_rules
from utils import figures


def png(draw=None, software="Matplotlib version3.10.0, https://matplotlib.org/", size=(80, 60)):
    image, text = Image.new("RGB", size, "white"), PngInfo()
    text.add_text("Software", software)
    ImageDraw.Draw(image).rectangle(draw or (10, 10, 30, 30), fill="black")
    stream = io.BytesIO()
    image.save(stream, format="PNG", pnginfo=text)
    return base64.b64encode(stream.getvalue()).decode()


def test_pictures_of_one_matplotlib_are_compared_point_by_point():
    assert strict_pictures.picture_difference(png(), png()) is None
    assert ": RMS" in strict_pictures.picture_difference(png(), png((10, 10, 31, 30)))
    assert "had (80, 60) points" in strict_pictures.picture_difference(png(), png(size=(81, 60)))


def test_pictures_of_another_matplotlib_keep_their_size_and_show_something():
    other = "Matplotlib version3.11.2, https://matplotlib.org/"
    differ = strict_pictures.picture_difference
    assert differ(png(), png((20, 10, 50, 30), other)) is None
    assert differ(png(), png(software=other, size=(82, 60))) is None
    assert "points" in differ(png(), png(software=other, size=(90, 60)))
    assert "empty" in differ(png(), png((-9, -9, -8, -8), other))


def moving(*squares, durations=None, loop=0):
    stream, images = io.BytesIO(), []
    for square in squares:
        image = Image.new("RGB", (80, 60), "white")
        ImageDraw.Draw(image).rectangle(square, fill="black")
        images.append(image)
    images[0].save(stream, format="PNG", save_all=True, append_images=images[1:], loop=loop,
                   duration=durations or [500] * len(images))
    return base64.b64encode(stream.getvalue()).decode()


A, B, C = (10, 10, 30, 30), (20, 10, 40, 30), (30, 10, 50, 30)


def test_animations_are_compared_frame_by_frame():
    differ = strict_pictures.picture_difference
    assert differ(moving(A, B, C), moving(A, B, C)) is None
    assert "in frame 2 of 3: RMS" in differ(moving(A, B, C), moving(A, (20, 10, 41, 30), C))
    assert "in frame 3 of 3: RMS" in differ(moving(A, B, C), moving(A, B, A))
    assert "had 3 frames, now it has 2" in differ(moving(A, B, C), moving(A, B))
    assert "had 1 frames, now it has 3" in differ(png(A), moving(A, B, C))
    assert "stayed" in differ(moving(A, B), moving(A, B, durations=[500, 501]))
    assert "stayed" in differ(moving(A, B), moving(A, B, loop=1))
    assert "empty" in differ(moving(A, B), moving((-9, -9, -8, -8), B))


EPOCHS = np.arange(1, 11)
CURVES = {"LSTM": 100 - 88 * np.exp(-EPOCHS / 2), "GRU": 100 - 88 * np.exp(-EPOCHS / 4),
          "SimpleRNN": np.full(10, 12.5)}


def curves(wanted=CURVES, title="Accuracy on new stories", legend=True, kind="line"):
    """Return the stored form of the picture of three learning curves."""
    with plt.rc_context():
        figures.use_style()
        figure, axes = plt.subplots()
        for number, (name, values) in enumerate(wanted.items()):
            if kind == "bar":
                axes.bar(EPOCHS + 0.25 * number, values, width=0.25, label=name)
            else:
                axes.plot(EPOCHS, values, "o-" if kind == "line" else "o", label=name)
        axes.set(title=title, xlabel="epoch", ylabel="right (%)", ylim=(0, 100))
        if legend:
            axes.legend(loc="center right")
        image, info = figures.drawn(figure)
    stream = io.BytesIO()
    image.save(stream, format="PNG", pnginfo=figures.chunks(**info))
    return base64.b64encode(stream.getvalue()).decode()


def moved(points, seed=0):
    """Return the curves as another machine may find them: each value off by about `points`."""
    noise = np.random.default_rng(seed)
    return {name: values + noise.normal(0, points, 10) for name, values in CURVES.items()}


LARGEST = notebook_rules.LARGEST_PICTURE_TOLERANCE
WITHOUT_GRU = {name: values for name, values in CURVES.items() if name != "GRU"}


KINDS = pytest.mark.parametrize("kind", ["line", "points", "bar"])


@KINDS
@pytest.mark.parametrize("seed", range(3))
def test_numbers_that_moved_a_little_give_the_same_picture(kind, seed):
    old, new = curves(kind=kind), curves(moved(1, seed), kind=kind)
    assert strict_pictures.picture_difference(old, new, LARGEST) is None
    assert ": RMS" in strict_pictures.picture_difference(old, new)


@KINDS
@pytest.mark.parametrize(("changes", "words"), [
    ({"title": "Accuracy on new storles"}, "'Accuracy on new stories', now 'Accuracy on new sto"),
    ({"wanted": WITHOUT_GRU}, "the words in the picture have changed"),
    ({"wanted": {**WITHOUT_GRU, "GRU": CURVES["GRU"]}}, "'GRU', now 'SimpleRNN'"),
    ({"legend": False}, "the words in the picture have changed"),
    ({"wanted": {**CURVES, "LSTM": CURVES["LSTM"][::-1]}}, "points moved by more than 16"),
    ({"wanted": {**CURVES, "LSTM": CURVES["GRU"], "GRU": CURVES["LSTM"]}}, "points moved"),
    ({"wanted": {**CURVES, "SimpleRNN": CURVES["GRU"] / 2}}, "points moved by more than 16"),
    ({"wanted": {**CURVES, "SimpleRNN": CURVES["SimpleRNN"] + 9 * (EPOCHS == 5)}}, "points moved")])
def test_at_the_largest_tolerance_a_change_of_meaning_is_still_seen(kind, changes, words):
    old, new = curves(kind=kind), curves(**changes, kind=kind)
    assert words in strict_pictures.picture_difference(old, new, LARGEST)


@KINDS
def test_the_points_alone_would_tell_that_a_curve_is_missing(kind):
    old, new = (notebook_rules.picture(curves(wanted, kind=kind)).convert("RGB")
                for wanted in (CURVES, WITHOUT_GRU))
    assert strict_pictures.elsewhere(old, new, LARGEST) > 50 * strict_pictures.ELSEWHERE


def test_a_tolerance_counts_points_and_tenths_of_a_colour():
    old = Image.new("RGB", (80, 60), (100, 100, 100))
    for change, reach, far in (((11, 10), 1, False), ((12, 10), 1, True), ((12, 10), 2, False),
                               ((10, 13), 2, True), ((10, 13), 3, False)):
        a, b = old.copy(), old.copy()
        a.paste((0, 0, 0), (10, 10, 15, 15))
        b.paste((0, 0, 0), (*change, change[0] + 5, change[1] + 5))
        assert bool(strict_pictures.elsewhere(a, b, reach)) == far
    for value, found in ((124, 0), (126, 4800), (76, 0), (74, 4800)):
        assert strict_pictures.elsewhere(
            old, Image.new("RGB", (80, 60), (100, value, 100)), 16) == found


def test_a_tolerance_needs_the_words_of_the_stored_picture():
    assert "names no words" in strict_pictures.picture_difference(png(), png(), LARGEST)


def wav(values, rate=8000):
    stream = io.BytesIO()
    with wave.open(stream, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(np.asarray(values, "<i2").tobytes())
    return base64.b64encode(stream.getvalue()).decode()


def test_sounds_may_differ_in_their_last_bits_only():
    differ, old = strict_pictures.sound_difference, wav([0, 1000, -1000, 500])
    assert differ(old, wav([0, 1001, -1002, 500])) is None
    assert "RMS" in differ(old, wav([0, 1000, -1000, 520]))
    assert "samples" in differ(old, wav([0, 1000, -1000]))
    assert "Hz" in differ(old, wav([0, 1000, -1000, 500], rate=4000))
