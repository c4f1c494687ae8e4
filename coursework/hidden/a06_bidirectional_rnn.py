"""Assignment 6: exercises, reference answers and hidden cases."""

import numpy as np

from coursework.grader.exercises import Case, Exercise, Explained

# --- 6-1 -----------------------------------------------------------------------------------------

def reach(steps, way, delay, own=True):
    """Fill the table place by place; without `own` a step does not see itself."""
    table = np.zeros((steps, steps), int)
    for t in range(steps):
        first, last = {"forward": (0, t + delay), "backward": (t - delay, steps - 1),
                       "both": (0, steps - 1)}[way]
        for s in range(max(first, 0), min(last, steps - 1) + 1):
            table[t, s] = own or s != t
    return table


def reach_cases(rng):
    """Each way, with several delays."""
    found = []
    for way in ("forward", "backward", "both"):
        for low, high in ((0, 1), (1, 4)):
            steps, delay = int(rng.integers(6, 12)), int(rng.integers(low, high))
            found.append(Case((steps, way, delay), f"{steps} steps, {way}, delay {delay}"))
    return found


# --- 6-2 -----------------------------------------------------------------------------------------

def turn(x, lengths):
    """Say for every place where its content comes from."""
    place = np.arange(x.shape[1])
    ends = np.asarray(lengths)[:, None]
    source = np.where(place < ends, ends - 1 - place, place)
    return np.take_along_axis(x, source[..., None], axis=1)


def turn_case(rng, lengths, steps, features, what):
    """Return a batch of sequences of the given lengths."""
    return Case((rng.normal(size=(len(lengths), steps, features)).round(2), lengths), what)


def turn_probes():
    """Nothing to spare, one short sequence, several."""
    rng = np.random.default_rng(62)
    return (turn_case(rng, [4], 4, 1, "one sequence, no padding"),
            turn_case(rng, [3], 5, 1, "one sequence of 3 steps, then 2 of padding"),
            turn_case(rng, [2, 5, 1], 5, 2, "three sequences of different length"))


def turn_cases(rng):
    """Batches of several sizes."""
    return [turn_case(rng, [int(n) for n in rng.integers(2, steps + 1, batch)] + [steps - 1],
                      steps, features, f"{batch + 1} sequences, {steps} steps")
            for batch, steps, features in ((1, 3, 2), (4, 6, 1), (3, 9, 4))]


# --- 6-3 -----------------------------------------------------------------------------------------

def delayed(inputs, labels, delay, blank, ignore):
    """Lay the old arrays into new ones."""
    batch, steps = inputs.shape
    longer = np.array([[[blank]], [[ignore]]]) + np.zeros((2, batch, steps + delay), int)
    longer[0, :, :steps] = inputs
    longer[1, :, delay:] = labels
    return longer[0], longer[1]


def delayed_cut(inputs, labels, delay, blank, ignore):
    """Keep the length: the last labels fall off the end."""
    new_inputs, new_labels = delayed(inputs, labels, delay, blank, ignore)
    steps = inputs.shape[1]
    return new_inputs[:, :steps], new_labels[:, :steps]


def delayed_inputs(inputs, labels, delay, blank, ignore):
    """Move the inputs instead of the labels."""
    labels, inputs = delayed(labels, inputs, delay, ignore, blank)
    return inputs, labels


def delayed_both(inputs, labels, delay, blank, ignore):
    """Put the filling in front of both."""
    return (delayed(inputs, inputs, delay, blank, blank)[1],
            delayed(inputs, labels, delay, blank, ignore)[1])


def delayed_case(rng, batch, steps, delay, what=None):
    """Return words, labels, and a filling that is neither."""
    words, labels = rng.integers(1, 9, (2, batch, steps))
    return Case((words, labels, delay, 0, -1),
                what or f"batch {batch}, {steps} steps, delay {delay}")


def delayed_probes():
    """No delay, one step, several."""
    rng = np.random.default_rng(63)
    return (delayed_case(rng, 1, 4, 0, "no delay"),
            delayed_case(rng, 1, 4, 1, "one sequence, one step"),
            delayed_case(rng, 2, 5, 3, "two sequences, three steps"))


def delayed_cases(rng):
    """Batches of several sizes."""
    return [delayed_case(rng, *sizes) for sizes in ((1, 6, 2), (3, 8, 1), (5, 4, 4))]


# --- 6-4 -----------------------------------------------------------------------------------------

def ceilings(joint):
    """Count hits state by state: a reader names the likeliest label of all that look alike."""
    def best(groups):
        return sum(max(sum(joint[b, label, a] for b, a in group)
                       for label in range(joint.shape[1])) for group in groups)

    befores, afters = range(joint.shape[0]), range(joint.shape[2])
    return (best([[(b, a) for b in befores for a in afters]]),
            best([[(b, a) for a in afters] for b in befores]),
            best([[(b, a) for b in befores] for a in afters]),
            best([[(b, a)] for b in befores for a in afters]))


def in_proportion(joint):
    """Guess each label as often as it is right, instead of always the likeliest."""
    views = (joint.sum((0, 2))[None], joint.sum(2), joint.sum(0).T,
             joint.swapaxes(1, 2).reshape(-1, joint.shape[1]))
    return tuple(sum(row @ row / row.sum() for row in view if row.sum()) for view in views)


def unweighted(joint):
    """Give each beginning and each end the same weight."""
    before, after = joint.sum(2), joint.sum(0).T
    pairs = joint.swapaxes(1, 2).reshape(-1, joint.shape[1])
    return (joint.sum((0, 2)).max(), *(np.mean([row.max() / row.sum() for row in view if row.sum()])
                                       for view in (before, after, pairs)))


def unsummed(joint):
    """Take the largest number of the part that cannot be seen, too, instead of the sum."""
    return (joint.max(), joint.max((1, 2)).sum(), joint.max((0, 1)).sum(), joint.max(1).sum())


def random_joint(rng, befores, labels, afters):
    """Return a table of probabilities, some of them much larger than others."""
    table = rng.exponential(size=(befores, labels, afters)) ** 2
    return table / table.sum()


def ceilings_probes():
    """Who needs which side."""
    behind = np.zeros((1, 2, 2))
    behind[0, [0, 1], [0, 1]] = 0.5
    coins = np.zeros((2, 2, 2))                # the label says whether the two sides are alike
    for b in range(2):
        for a in range(2):
            coins[b, int(b == a), a] = 0.25
    doubt = np.array([[[0.3, 0.0, 0.1], [0.1, 0.1, 0.0]], [[0.0, 0.2, 0.0], [0.1, 0.0, 0.1]]])
    return (Case((behind,), "only what comes after the word tells the label"),
            Case((behind.T.copy(),), "only what comes before the word tells it"),
            Case((coins,), "only both sides together tell it"),
            Case((doubt,), "each side tells a little"),
            Case((random_joint(np.random.default_rng(64), 3, 2, 4),), "random numbers"))


def ceilings_cases(rng):
    """Tables of several sizes."""
    return [Case((random_joint(rng, *sizes),), "{} before, {} labels, {} after".format(*sizes))
            for sizes in ((2, 3, 5), (6, 2, 3), (4, 5, 3))]


# --- 6-5 -----------------------------------------------------------------------------------------

def block_cost(steps, block, ahead):
    """Count the words that the row back reads, one by one."""
    read = sum(1 for t in range(steps) for first in range(0, steps, block)
               if first <= t < first + block + ahead)
    wait = max(min(t // block * block + block + ahead, steps) - 1 - t for t in range(steps))
    return steps + read, wait


def not_ahead(steps, block, ahead):
    """Let the row back start at the end of its block."""
    return block_cost(steps, block, 0)[0], block_cost(steps, block, ahead)[1]


def past_the_end(steps, block, ahead):
    """Forget that the text ends."""
    blocks = -(-steps // block)
    return steps + blocks * (block + ahead), block + ahead - 1


def ahead_again(steps, block, ahead):
    """Let the row ahead read what the row back reads."""
    cost, wait = block_cost(steps, block, ahead)
    return 2 * (cost - steps), wait


def cost_cases(rng):
    """Texts that do and do not fill their last block."""
    found = []
    for low, high in ((1, 4), (4, 9), (9, 20)):
        for extra in (0, 1):
            block = int(rng.integers(low, high))
            steps = block * int(rng.integers(3, 9)) + extra * int(rng.integers(1, 3))
            ahead = int(rng.integers(1, 7))
            found.append(Case((steps, block, ahead),
                              f"{steps} words, blocks of {block}, {ahead} ahead"))
    return found


# --- 6-6 -----------------------------------------------------------------------------------------

def simple_rnn(x, kernel, recurrent_kernel, bias):
    """Return the last state of one sequence, (units,)."""
    h = np.zeros(len(bias))
    for row in x:
        h = np.tanh(row @ kernel + h @ recurrent_kernel + bias)
    return h


def summary(x, lengths, forward_weights, backward_weights, mode, masked=True, last_row=False):
    """Do it sequence by sequence, without Keras; the options are common mistakes."""
    rows = []
    for sequence, length in zip(x, lengths, strict=True):
        real = sequence[:length] if masked else sequence
        ahead = simple_rnn(real, *forward_weights)
        back = simple_rnn(real[-1:] if last_row else real[::-1], *backward_weights)
        rows.append({"concat": np.append(ahead, back), "sum": ahead + back, "mul": ahead * back,
                     "ave": (ahead + back) / 2}[mode])
    return np.array(rows)


def summary_case(rng, lengths, steps, features, units, mode, what=None):
    """Return a batch, and the weights of two layers."""
    def weights():
        return tuple(rng.normal(size=shape, scale=0.7) for shape in
                     ((features, units), (units, units), (units,)))

    x = rng.normal(size=(len(lengths), steps, features))
    return Case((x, lengths, weights(), weights(), mode),
                what or f"lengths {lengths} of {steps}, {units} units, {mode}")


def summary_probes():
    """Without padding, with padding, and the other ways to join."""
    rng = np.random.default_rng(66)
    return (summary_case(rng, [3], 3, 2, 1, "concat", "no padding, joined by concat"),
            summary_case(rng, [2, 4], 4, 2, 3, "concat", "one sequence of two has padding"),
            summary_case(rng, [4, 1], 4, 3, 2, "sum", "padding, joined by sum"),
            summary_case(rng, [2, 3], 5, 2, 2, "ave", "padding, joined by ave"))


def summary_cases(rng):
    """Other sizes, every way to join."""
    return [summary_case(rng, [int(n) for n in rng.integers(2, steps, 2)] + [steps], steps,
                         features, units, mode)
            for steps, features, units, mode in ((6, 1, 4, "concat"), (5, 4, 2, "mul"),
                                                 (7, 2, 3, "ave"), (4, 3, 5, "sum"))]


EXERCISES = (
    Explained("6-7", 1),
    Exercise(
        "6-1", "reach", 2, reach,
        (Case((4, "forward", 0), "forward, no delay"), Case((4, "backward", 0), "backward"),
         Case((3, "both", 0), "both ways"), Case((5, "forward", 2), "forward, a delay of 2"),
         Case((5, "backward", 1), "backward, a delay of 1")),
        reach_cases,
        {"rows and columns have changed places, or forward and backward":
            lambda *args: reach(*args).T,
         "a step does not see its own input": lambda *args: reach(*args, own=False),
         "the delay is left out": lambda steps, way, delay: reach(steps, way, 0),
         "the delay takes inputs away instead of adding them":
            lambda steps, way, delay: reach(steps, way, -delay)},
    ),
    Exercise(
        "6-2", "turn", 2, turn, turn_probes(), turn_cases,
        {"the padding is turned as well and now stands in front": lambda x, lengths: x[:, ::-1],
         "the sequences of the batch are turned, not their steps":
            lambda x, lengths: turn(x, lengths)[::-1],
         "the padding is replaced by zeros": lambda x, lengths: turn(x, lengths) * (
             np.arange(x.shape[1]) < np.asarray(lengths)[:, None])[..., None],
         "the last real step stays where it is":
            lambda x, lengths: turn(x, np.asarray(lengths) - 1)},
    ),
    Exercise(
        "6-3", "delayed", 3, delayed, delayed_probes(), delayed_cases,
        {"the result is as long as before, so the last labels are lost": delayed_cut,
         "the inputs are moved, not the labels": delayed_inputs,
         "blank and ignore have changed places":
            lambda x, y, delay, blank, ignore: delayed(x, y, delay, ignore, blank),
         "the blanks stand in front of the inputs": delayed_both},
    ),
    Exercise(
        "6-4", "ceilings", 4, ceilings, ceilings_probes(), ceilings_cases,
        {"the reader guesses each label as often as it is right, not always the likeliest":
            in_proportion,
         "every beginning and every end counts the same, however rare it is": unweighted,
         "the largest number is taken over what the reader does not see, not the sum": unsummed,
         "before and after have changed places":
            lambda joint: tuple(ceilings(joint)[n] for n in (0, 2, 1, 3))},
    ),
    Exercise(
        "6-5", "block_cost", 3, block_cost,
        (Case((6, 3, 0), "two blocks, nothing ahead"), Case((6, 3, 2), "two blocks, 2 ahead"),
         Case((7, 3, 2), "the last block is short"), Case((4, 9, 2), "one block holds all")),
        cost_cases,
        {"the row back starts at the end of its block, not `ahead` words behind it": not_ahead,
         "the row back reads on behind the end of the text": past_the_end,
         "the row ahead reads the words ahead of each block, too": ahead_again,
         "the wait counts the word itself":
            lambda *args: (block_cost(*args)[0], block_cost(*args)[1] + 1)},
    ),
    Exercise(
        "6-6", "summary", 4, summary, summary_probes(), summary_cases,
        {"the padding is read as if it were real": lambda *args: summary(*args, masked=False),
         "the backward half is that of the last step, not of the first":
            lambda *args: summary(*args, last_row=True),
         "the weights of the two layers have changed places":
            lambda x, lengths, ahead, back, mode: summary(x, lengths, back, ahead, mode),
         "the two halves are always joined by concat":
            lambda x, lengths, ahead, back, mode: summary(x, lengths, ahead, back, "concat")},
        keras=True,
    ),
    Explained("6-8", 3),
)
