"""Wrong solutions of lesson 02 as people write them, and what each must be told."""

STEP = """def step_back(dh, x, h_before, h, U):
    delta = {delta}
    dW = {dW}
    dU = {dU}
    to_before = {to_before}
    return dW, dU, to_before
"""
RIGHT = {"delta": "dh * (1 - h ** 2)", "dW": "x.T @ delta", "dU": "h_before.T @ delta",
         "to_before": "delta @ U.T"}


def step(**changes):
    return STEP.format(**RIGHT | changes)


def bugs(**changes):
    return f"bugs = {({'a': 'state', 'b': 'transpose', 'c': 'later', 'd': 'slope'} | changes)}"


def top(result="kept / kept.sum(axis=1, keepdims=True)", keep="p >=",
        limit="np.sort(p)[:, [-k]]"):
    return f"def top_k(p, k):\n    kept = np.where({keep} {limit}, p, 0)\n    return {result}\n"


NUMBERS = """numbers = ["".join(parts) for parts in corpora.number_words("de", range(1000))]
numbers = list(np.random.default_rng(0).permutation(numbers))
reader = layers.TextVectorization(standardize=None, split="character")
reader.adapt(["\\n" + number for number in numbers])
{}
speller = keras.Sequential([layers.Embedding(reader.vocabulary_size(), 16, mask_zero={}),
                            layers.SimpleRNN(32, return_sequences=True),
                            layers.Dense(reader.vocabulary_size(), activation="softmax")])
speller.compile(keras.optimizers.Adam({}), "sparse_categorical_crossentropy")
score = speller.fit(a[:800], b[:800], validation_data=(a[800:], b[800:]), epochs={}, verbose=0)
"""
SHIFTED = """a = np.array(reader(["\\n" + number for number in numbers]))
b = np.array(reader([number + "\\n" for number in numbers]))"""
SAME = """a = np.array(reader(["\\n" + number for number in numbers]))
b = a"""

WRONG = {
    "2.1": [
        ("dh0 = delta1", "belongs to the sum inside"),
        ("dh0 = delta1 * h0", "0 is the share of U"),
        ("dh0 = delta1 * U * (1 - h1 ** 2)", "slope of tanh stands twice"),
        ("dh0 = delta1 * W", "delta1 times W"),
        ("dh0 = delta2 * U", "one step further"),
        ("dh0 = delta1 / U", "multiply, not divide"),
        ("dh0 = -delta1 * U", "wrong sign"),
        ("dh0 = delta1 + U", "the chain rule multiplies"),
        ("dh0 = delta1 * U ** 2", "U stands twice"),
    ],
    "2.2": [
        (step(to_before="delta @ U"), "U is not transposed"),
        (step(delta="dh"), "slope of the tanh is left out"),
        (step(delta="dh * (1 - h_before * h_before)"), "state before"),
        (step(delta="dh * (1 - np.tanh(h) ** 2)"), "without another tanh"),
        (step(delta="dh * h * (1 - h)"), "belongs to the sigmoid"),
        (step(dU="h.T @ delta"), "takes the new state"),
        (step(to_before="dh @ U.T"), "delta, not dh"),
        (step(dW="delta.T @ x", dU="delta.T @ h_before"), "lie on their side"),
        (step(dW="x.T @ delta / len(x)", dU="h_before.T @ delta / len(x)"), "divided by"),
        (step(dW="x @ delta"), "stops with ValueError"),
        (step(dW="x * delta"), "stops with ValueError"),
        (step(to_before="delta @ U.T * (1 - h_before ** 2)"), "comes too early"),
        (step(to_before="..."), "three dots"),
    ],
    "2.3": [
        (bugs(a="transpose"), "share of U"),
        (bugs(b="slope"), "the last result"),
        (bugs(c="slope", d="later"), "what delta is made of"),
        (bugs(d="state"), "last factor of delta"),
        (bugs(d="before"), "answer with later, slope, state or transpose"),
        ('bugs = {"a": "state", "b": "transpose", "c": ..., "d": ...}', "three dots of c, d"),
        ('bugs = ["state", "transpose", "later", "slope"]', "Give a dict"),
    ],
    "2.4": [
        (top("kept"), "sum of 1"),
        (top("kept / k"), "divide by its own sum"),
        (top("kept / kept.sum()"), "all rows together"),
        (top(limit="np.sort(p.ravel())[-k]"), "Each row needs its own limit"),
        (top(keep="p <=", limit="np.sort(p)[:, [k - 1]]"), "k smallest"),
        (top(limit="np.sort(p)[:, [k]]"), "counted from the smallest"),
        (top(keep="p >"), "k - 1 probabilities"),
        (top("(kept > 0) / k"), "the same chance"),
        (top("np.exp(kept) / np.exp(kept).sum(axis=1, keepdims=True)"), "np.exp makes 1"),
        ("def top_k(p, k):\n    best = np.argsort(p)[:, -k:]\n    return best",
         "the places of the k likeliest"),
        ("def top_k(p, k):\n    q = np.sort(p)[:, -k:]\n"
         "    return q / q.sum(axis=1, keepdims=True)", "should be an array"),
        ("def top_k(p, k):\n    p[p < np.sort(p)[:, [-k]]] = 0\n"
         "    return p / p.sum(axis=1, keepdims=True)", "changes its input p"),
        ("def top_k(p, k):\n    q = p.copy()\n    q[:, k:] = 0\n"
         "    return q / q.sum(axis=1, keepdims=True)", "The first k"),
    ],
    "2.5": [
        (NUMBERS.format(SAME, True, 0.01, 6), "shifted by one"),
        (NUMBERS.format(SHIFTED, False, 0.01, 6), "padding is counted"),
        (NUMBERS.format(SHIFTED, True, 0.003, 4), "few more epochs"),
        ("score = 0.397", "looks four letters back has 0.40"),
        (NUMBERS.format(SHIFTED, True, 0.0001, 1), "A table of pairs"),
        (NUMBERS.format(SHIFTED, True, 0.01, 1).replace(", validation_data=(a[800:], b[800:])", ""),
         "There is no 'val_loss'"),
    ],
}
