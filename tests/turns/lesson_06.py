"""Wrong solutions of lesson 06 as people write them, and what each must be told."""

BEFORE = """ids_before, y_before = entities.draw(4000, rng=0, place="before")
ids_after, y_after = entities.draw(1000, rng=2, place="before")
x_before, x_after = ids_before + 1, ids_after + 1
"""
STACK = """stacked = keras.Sequential([layers.Input((None,)),
    layers.Embedding(5000, 32, mask_zero=True), {}])"""
BOTH = "layers.Bidirectional(layers.GRU({}))"
DENSE = 'layers.Dense(9, activation="softmax")'
EVERY = "24, return_sequences=True"

WRONG = {
    "6.1": [
        ('right_version = "a"', "not turned"),
        ('right_version = "b"', "also begins at word 1"),
        ('right_version = "d"', "weights of the first"),
        ('right_version = "A"', "not turned"),
        ('right_version = "e"', "Answer with"),
    ],
    "6.2": [
        ("weights = 16 * 32 + 32 * 32 + 32", "one reader"),
        ("weights = 2 * (16 * 32 + 32 * 32)", "biases are missing"),
        ("weights = 2 * (16 * 32 + 32 * 32) + 32", "bias of its own"),
        ("weights = 16 * 64 + 64 * 64 + 64", "one SimpleRNN of 64"),
        ("weights = 2 * (16 * 32 + 32 * 32 + 32) + 64 * 8 + 8", "includes the Dense"),
        ("weights = 2 * 3 * (16 * 32 + 32 * 32 + 2 * 32)", "a GRU"),
    ],
    "6.3": [
        (BEFORE + "score = 0.5", "guessing"),
        (BEFORE + "score = np.mean(y_after[:, 7] == y_after[:, 2])", "Less than guessing"),
        (BEFORE + "score = np.mean(np.zeros(1000) == y_after[:, 7])", "Less than guessing"),
        (BEFORE + "score = 0.8", "On the way"),
    ],
    "6.4": [
        ("accuracy = 0.72", "one way gives"),
        ("accuracy = 0.61", "Lower than one way"),
        ("accuracy = 0.78", "epochs more"),
        ("accuracy = 0.12", "Is it the loss"),
        ("accuracy = [0.5, 0.85]", "loss first"),
    ],
    "6.5": [
        (STACK.format(", ".join([BOTH.format(EVERY), BOTH.format("24"), DENSE])),
         "one vector for the sentence"),
        (STACK.format(", ".join([BOTH.format("48, return_sequences=True")] * 2 + [DENSE])),
         "24 units"),
        (STACK.format(", ".join([BOTH.format(EVERY), DENSE])), "only one bidirectional"),
        (STACK.format(", ".join(["layers.GRU(24, return_sequences=True)"] * 2 + [DENSE])),
         "no bidirectional layer"),
        (STACK.format(", ".join([BOTH.format(EVERY)] * 2 + ["layers.Dense(9)"])), "activation"),
        (STACK.format(", ".join([BOTH.format(EVERY).replace("GRU", "LSTM")] * 2 + [DENSE])),
         "must be GRU"),
    ],
}
