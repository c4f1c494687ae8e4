import io
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from PIL import Image

from utils import diagrams, figures, validate

PICTURE = np.arange(64.0).reshape(8, 8)
PANELS = [
    {"kind": "one-to-one", "inputs": [PICTURE], "outputs": ["3"]},
    {"kind": "one-to-many", "inputs": [PICTURE], "outputs": list("tres")},
    {"kind": "many-to-one", "inputs": ["a", "fine", "film"], "outputs": ["good"]},
    {"kind": "many-to-many, aligned", "inputs": list("cat"), "outputs": ["K", "AE", "T"]},
    {"kind": "many-to-many, unaligned", "inputs": ["seventy", "one"],
     "outputs": ["soixante", "et", "onze"], "title": "number words"},
]
# per kind, for the examples above: input, state and output boxes, then arrows fed back
PARTS = {"one-to-one": (1, 1, 1, 0), "one-to-many": (1, 4, 4, 3), "many-to-one": (3, 3, 1, 0),
         "many-to-many, aligned": (3, 3, 3, 0), "many-to-many, unaligned": (2, 5, 3, 2)}
FIGURES = {
    "defaults": lambda: diagrams.side_by_side([{"kind": kind} for kind in diagrams.KINDS]),
    "with labels": lambda: diagrams.side_by_side(PANELS),
    "recurrent cell": diagrams.recurrent_cell,
    "LSTM cell": diagrams.lstm_cell,
    "GRU cell": diagrams.gru_cell,
    **{f"GRU cell, stage {k}": lambda k=k: diagrams.gru_cell(k) for k in (1, 2, 3)},
    "encoder and decoder": diagrams.encoder_decoder,
    "a longer encoder and decoder": lambda: diagrams.encoder_decoder(
        ["ninety", "nine", "thousand"], ["quatre", "vingt", "dix", "neuf", "mille"]),
    "both ways": diagrams.bidirectional,
    "both ways with words": lambda: diagrams.bidirectional(
        ["venky", "loves", "blackberry", "it"], ["person", "other", "fruit or company", "other"]),
    "ways back": diagrams.backward_paths,
    "ways back of five steps": lambda: diagrams.backward_paths(5),
    "six steps": lambda: diagrams.recurrent_cell(6, ("W", "U", "V")),
    **{kind: lambda kind=kind: diagrams.unrolled(kind) for kind in diagrams.KINDS},
}


def boxes(figure, role):
    return [patch for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)
            and to_hex(patch.get_edgecolor()) == diagrams.ROLES[role][1].lower()]


def arrows(figure):
    return [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]


def dashed(figure):
    return [arrow for arrow in arrows(figure) if arrow.get_linestyle() != "-"]


def extents(figure):
    """Return the drawn places of texts and boxes, in points of the picture."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    axes = figure.axes[0]
    return ([text.get_window_extent(renderer) for text in axes.texts],
            [patch.get_window_extent(renderer) for patch in axes.patches
             if isinstance(patch, FancyBboxPatch)])


def overlap(a, b):
    return (min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5) and (min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5)


def inside(small, large, slack=0.5):
    return (small.x0 >= large.x0 - slack and small.x1 <= large.x1 + slack
            and small.y0 >= large.y0 - slack and small.y1 <= large.y1 + slack)


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_overlaps_and_nothing_leaves_the_sheet(name):
    figure = FIGURES[name]()
    texts, places = extents(figure)
    assert texts and places
    assert all(inside(place, figure.bbox) for place in texts + places)
    assert not any(overlap(a, b) for a, b in combinations(texts, 2))
    assert not any(overlap(a, b) for a, b in combinations(places, 2))
    for text in texts:                       # a text is in a box, or touches none
        assert all(inside(text, box) or not overlap(text, box) for box in places)


@pytest.mark.parametrize("name", FIGURES)
def test_text_is_large_enough_for_the_back_of_a_hall(name):
    assert min(text.get_fontsize() for text in FIGURES[name]().axes[0].texts) >= 14


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["kind"])
def test_a_type_has_its_inputs_states_outputs_and_arrows(panel):
    figure = diagrams.unrolled(**panel)
    inputs, states, outputs, fed_back = PARTS[panel["kind"]]
    assert [len(boxes(figure, role)) for role in ("input", "state", "output")] == [
        inputs, states, outputs]
    assert len(dashed(figure)) == fed_back
    assert len(arrows(figure)) == inputs + outputs + states - 1 + fed_back
    written = [text.get_text() for text in figure.axes[0].texts]
    for label in [*panel["inputs"], *panel["outputs"]]:
        assert not isinstance(label, str) or label in written
    assert panel.get("title", panel["kind"].split(",")[0]) in written


def test_networks_that_do_not_read_what_they_wrote_have_no_dashed_arrow():
    for panel in PANELS:
        fed_back = PARTS[panel["kind"]][3]
        without = diagrams.unrolled(**panel, feedback=False)
        assert not dashed(without)
        assert len(arrows(without)) == len(arrows(diagrams.unrolled(**panel))) - fed_back
    assert not dashed(diagrams.side_by_side(PANELS, feedback=False))


def centres(figure, role):
    return sorted(round(box.get_x() + box.get_width() / 2, 3) for box in boxes(figure, role))


def test_inputs_and_outputs_stand_at_their_time_steps():
    at = {panel["kind"]: [centres(diagrams.unrolled(**panel), role)
                          for role in ("input", "state", "output")] for panel in PANELS}
    inputs, states, outputs = at["one-to-many"]
    assert inputs == states[:1] and outputs == states
    inputs, states, outputs = at["many-to-one"]
    assert inputs == states and outputs == states[-1:]
    inputs, states, outputs = at["many-to-many, aligned"]
    assert inputs == states == outputs
    inputs, states, outputs = at["many-to-many, unaligned"]
    assert inputs == states[:2] and outputs == states[2:]


def test_panels_side_by_side_hold_what_they_hold_alone():
    figure = diagrams.side_by_side(PANELS)
    for place, role in enumerate(("input", "state", "output")):
        assert len(boxes(figure, role)) == sum(PARTS[panel["kind"]][place] for panel in PANELS)
    assert len(figure.axes[0].images) == 2


def test_the_cell_names_each_weight_once_folded_and_at_every_step_unrolled():
    written = [text.get_text() for text in diagrams.recurrent_cell(4).axes[0].texts]
    assert [written.count(name) for name in "AC"] == [5, 5]
    assert written.count("B") == 1 + 1 + 4         # the loop, into the first step, out of each
    assert {"x", "h", "y", "x(1)", "h(4)", "y(4)"} <= set(written)
    as_formula = diagrams.recurrent_cell(6, subscripts=True).axes[0].texts
    assert {"x₁", "h₃", "y₆"} <= {text.get_text() for text in as_formula}
    assert "x(5)" not in written
    renamed = [text.get_text() for text in
               diagrams.recurrent_cell(2, ("Wx", "Wh", "Wy")).axes[0].texts]
    assert renamed.count("Wx") == 3 and "A" not in renamed


def test_a_drawing_is_the_same_every_time_and_not_empty():
    def png():
        stream = io.BytesIO()
        diagrams.side_by_side(PANELS).savefig(stream, format="png")
        return stream.getvalue()
    assert png() == png()
    assert np.asarray(Image.open(io.BytesIO(png())).convert("L")).std() > 10


def test_a_picture_keeps_its_place_in_the_box():
    dark = np.zeros((8, 8))
    dark[0, 0] = 1.0                               # upper left, as in the array
    figure = diagrams.unrolled("one-to-one", [dark])
    image, = figure.axes[0].images
    left, right, bottom, top = image.get_extent()
    box, = boxes(figure, "input")
    place = box.get_window_extent().transformed(figure.axes[0].transData.inverted())
    assert place.x0 <= left < right <= place.x1 and place.y0 <= bottom < top <= place.y1
    assert image.origin == "upper" and image.get_array()[0, 0] == 1.0


def test_a_picture_is_scaled_from_0_to_1():
    scaled = diagrams.picture_of([[2, 4], [3, 6]])
    assert np.array_equal(scaled, [[0, 0.5], [0.25, 1]])
    assert np.array_equal(diagrams.picture_of(np.full((2, 3), 7)), np.zeros((2, 3)))


@pytest.mark.parametrize(("call", "words"), [
    (lambda: diagrams.unrolled("many-to-few"), "kind must be one of 'one-to-one'.*'many-to-few'"),
    (lambda: diagrams.unrolled(None), "kind must be one of"),
    (lambda: diagrams.unrolled("one-to-one", []), "inputs must be a list .* at least one; got"),
    (lambda: diagrams.unrolled("one-to-many", "x"), "inputs must be a list .*got 'x'"),
    (lambda: diagrams.unrolled("one-to-many", ["a", "b"]), "inputs must have 1 .* here; got 2"),
    (lambda: diagrams.unrolled("many-to-one", ["a"], ["y", "z"]), "outputs must have 1 .*got 2"),
    (lambda: diagrams.unrolled("many-to-many, aligned", ["a", "b"], ["y"]),
     "outputs must have 2 entries here; got 1"),
    (lambda: diagrams.unrolled("one-to-one", [""]), "inputs must not be empty"),
    (lambda: diagrams.unrolled("one-to-one", [3]), r"inputs must have shape \(height, width\)"),
    (lambda: diagrams.unrolled("one-to-one", [np.full((8, 8), np.nan)]), "inputs must be finite"),
    (lambda: diagrams.unrolled("one-to-one", title=""), "title must not be empty"),
    (lambda: diagrams.side_by_side([]), r"panels must be a list of dicts, at least one; got \[\]"),
    (lambda: diagrams.side_by_side([{"inputs": ["x"]}]), "a dict with the key 'kind'"),
    (lambda: diagrams.side_by_side([{"kind": "one-to-one", "colour": "red"}]),
     "a key of a panel must be one of .*'colour'"),
    (lambda: diagrams.recurrent_cell(1), "steps must be a whole number, at least 2 and at most 6"),
    (lambda: diagrams.recurrent_cell(7), "steps must be a whole number, at least 2 and at most 6"),
    (lambda: diagrams.recurrent_cell(3, ("A", "B")), "weights must have 3 entries here; got 2"),
    (lambda: diagrams.bidirectional(["a", "b"]), "outputs must have 2 entries here; got 3"),
    (lambda: diagrams.bidirectional([]), "inputs must be a list .* at least one; got"),
    (lambda: diagrams.picture_of([1, 2]), r"values must have shape \(height, width\); got"),
])
def test_what_cannot_be_drawn_is_refused_in_one_sentence(call, words):
    with pytest.raises(validate.InputError, match=words):
        call()


def test_the_belt_of_an_lstm_passes_one_product_and_one_sum_and_no_gate():
    figure = diagrams.lstm_cell()
    belt = [arrow for arrow in arrows(figure)
            if to_hex(arrow.get_edgecolor()) == figures.COLOURS["vermilion"].lower()]
    assert len(belt) == 3
    heights = {y for arrow in belt for _, y in arrow._posA_posB}
    assert len(heights) == 1
    on_belt = [text.get_text() for text in figure.axes[0].texts
               if text.get_position()[1] in heights]
    assert on_belt == ["c(t-1)", "c(t)", "\u00d7", "+"]
    named = {text.get_text() for text in figure.axes[0].texts}
    assert {"forget  f", "input  i", "candidate  g", "output  o", "tanh", "h(t)"} <= named
    assert len(boxes(figure, "state")) == 4                  # two products, one sum, one product


@pytest.mark.parametrize("steps", [2, 3, 5])
def test_the_error_goes_back_to_every_use_of_the_weight(steps):
    back = [arrow for arrow in arrows(diagrams.backward_paths(steps))
            if to_hex(arrow.get_edgecolor()) == figures.COLOURS["vermilion"].lower()]
    forward = len(arrows(diagrams.backward_paths(steps))) - len(back)
    assert len(back) == steps + (steps - 1) + 1          # to each x, from S to S, from E
    assert forward == 2 * steps + (steps - 1)
    for steps_or_not in (1, 6, "3"):
        with pytest.raises(validate.InputError, match="steps"):
            diagrams.backward_paths(steps_or_not)


def test_the_decoder_reads_the_start_token_and_then_what_it_wrote():
    figure = diagrams.encoder_decoder(["ninety", "one"], ["quatre", "vingt", "onze"])
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words.count("<start>") == words.count("<end>") == words.count("context") == 1
    assert all(words.count(word) == 2 for word in ("quatre", "vingt", "onze"))
    assert [len(boxes(figure, role)) for role in ("input", "state", "output")] == [6, 6, 4]
    assert len(dashed(figure)) == 3


def test_both_ways_have_their_states_and_opposite_arrows():
    figure = diagrams.bidirectional()
    assert [len(boxes(figure, role)) for role in ("input", "state", "output")] == [3, 6, 3]
    flat = [arrow._posA_posB for arrow in arrows(figure)
            if arrow._posA_posB[0][1] == arrow._posA_posB[1][1]]
    directions = {height: {end[0] > start[0] for start, end in flat if start[1] == height}
                  for height in {start[1] for start, _ in flat}}
    assert [directions[height] for height in sorted(directions)] == [{True}, {False}]
    assert len(flat) == 4 and len(arrows(figure)) == 4 + 4 * 3


@pytest.mark.parametrize(("pieces", "new"), [
    (1, {"input  i", "candidate  g", "+"}), (2, {"forget  f"}), (3, {"h(t-1), x(t)"}),
    (4, {"output  o", "tanh", "h(t)"})])
def test_the_lstm_grows_piece_by_piece_and_shows_what_is_new_in_blue(pieces, new):
    def words(count):
        return {text.get_text() for text in diagrams.lstm_cell(count).axes[0].texts}

    before = words(pieces - 1) if pieces > 1 else set()
    assert new <= words(pieces) and not new & before and before <= words(pieces)
    blue = figures.COLOURS["blue"].lower()
    assert blue in {to_hex(arrow.get_edgecolor()) for arrow in arrows(diagrams.lstm_cell(pieces))}
    assert words(4) == {text.get_text() for text in diagrams.lstm_cell().axes[0].texts}


@pytest.mark.parametrize("pieces", [0, 5, 1.5, "1"])
def test_an_lstm_of_no_such_pieces_is_refused(pieces):
    with pytest.raises(validate.InputError, match="pieces"):
        diagrams.lstm_cell(pieces)


def test_the_straight_way_of_a_gru_passes_one_product_and_one_sum_and_no_gate():
    figure = diagrams.gru_cell()
    red = figures.COLOURS["vermilion"].lower()
    way = [arrow for arrow in arrows(figure) if to_hex(arrow.get_edgecolor()) == red]
    height, = {y for arrow in way for _, y in arrow._posA_posB}
    assert len(way) == 3
    assert [text.get_text() for text in figure.axes[0].texts
            if text.get_position()[1] == height] == ["h(t-1)", "h(t)", "\u00d7", "+"]


@pytest.mark.parametrize(("stages", "new"), [
    (1, {"update  z", "1 \u2212 z", "candidate  g"}), (2, {"h(t-1), x(t)"}), (3, {"reset  r"})])
def test_the_gru_grows_in_stages_and_shows_what_is_new_in_blue(stages, new):
    def words(count):
        return {text.get_text() for text in diagrams.gru_cell(count).axes[0].texts}

    before = words(stages - 1) if stages > 1 else set()
    assert new <= words(stages) and not new & before and before <= words(stages)
    blue = figures.COLOURS["blue"].lower()
    assert blue in {to_hex(arrow.get_edgecolor()) for arrow in arrows(diagrams.gru_cell(stages))}
    assert words(3) == {text.get_text() for text in diagrams.gru_cell().axes[0].texts}


@pytest.mark.parametrize("stages", [0, 4, 1.5, "1"])
def test_a_gru_of_no_such_stages_is_refused(stages):
    with pytest.raises(validate.InputError, match="stages"):
        diagrams.gru_cell(stages)
