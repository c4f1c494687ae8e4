"""Wrong solutions of lesson 05 as people write them, and what each must be told."""

DESK = """desk = keras.Sequential([layers.Input((None,), dtype="int32"),
                         layers.Embedding(3000, 16{mask}),
                         layers.GRU({gru}),
                         layers.Dense({dense})])
desk.compile("adam", "{loss}", metrics=["accuracy"])"""
OPEN = "24, bias_initializer=start(z=2)"
RIGHT = {"mask": ", mask_zero=True", "gru": OPEN,
         "dense": '5, activation="softmax"', "loss": "sparse_categorical_crossentropy"}

WRONG = {
    "5.1": [
        ("def new_state(h, z, g):\n    return (1 - z) * h + z * g", "at each other's place"),
        ("def new_state(h, z, g):\n    return z * h + g", "comes in whole"),
        ("def new_state(h, z, g):\n    kept = h\n    return kept + (1 - z) * g", "stays whole"),
        ("def new_state(h, z, g):\n    return np.tanh(z * h + (1 - z) * g)", "no tanh"),
        ("def new_state(h, z, g):\n    return z * h + z * g", "two jobs"),
        ("def new_state(h, z, g):\n    return (h + g) * z", "two jobs"),
        ("def new_state(h, z, g):\n    return z * h * (1 - z) * g", "no mix"),
    ],
    "5.2": [
        ("def candidate_before(x_g, h, r, U_g):\n    return np.tanh(x_g + r * (h @ U_g))",
         "after the product"),
        ("def candidate_before(x_g, h, r, U_g):\n    return np.tanh(x_g + h @ U_g)",
         "not used here"),
        ("def candidate_before(x_g, h, r, U_g):\n    return np.tanh(x_g + r * h * U_g)",
         "unit by unit"),
        ("def candidate_before(x_g, h, r, U_g):\n    return x_g + (r * h) @ U_g",
         "tanh is missing"),
        ("def candidate_before(x_g, h, r, U_g):\n    return np.tanh(x_g + U_g @ (r * h))",
         "transposed"),
        ("def candidate_before(x_g, h, r, U_g):\n    return np.tanh(r * x_g + (r * h) @ U_g)",
         "input is reset"),
        ("def candidate_before(x_g, h, r, U_g):\n    return np.tanh(x_g + (h - r * h) @ U_g)",
         "1 - r is not wanted"),
    ],
    "5.3": [
        ("m = n = 32\nweights = 3 * (m * n + n * n + n)", "one bias each"),
        ("weights = 2 * (32 * 32 + 32 * 32 + 2 * 32)", "two blocks"),
        ("weights = 3 * (32 * 32 + 32 * 32)", "biases are missing"),
        ("weights = 4 * (32 * 32 + 32 * 32 + 32)", "That is the LSTM"),
        ("weights = 32 * 32 + 32 * 32 + 32", "one block"),
    ],
    "5.4": [
        ('wrong = {"z": "b", "r": "b", "candidate": "b", "new state": "a"}', "no h at all"),
        ('wrong = {"z": "c", "r": "c", "candidate": "b", "new state": "a"}',
         "z does look at the old state"),
        ('wrong = {"z": "b", "r": "c", "candidate": "a", "new state": "a"}',
         "In the candidate r * h is added"),
        ('wrong = {"z": "b", "r": "c", "candidate": "b", "new state": "d"}', "z keeps"),
        ('wrong = {"z": "a", "r": "c", "candidate": "b", "new state": "a"}', "which matrix"),
    ],
    "5.5": [
        (DESK.format(**RIGHT | {"gru": "24"}), "start with bias 0"),
        (DESK.format(**RIGHT | {"gru": "24, bias_initializer=start(z=3)"}), "bias 3"),
        (DESK.format(**RIGHT | {"gru": "24, bias_initializer=start(z=2, r=2)"}), "other biases"),
        (DESK.format(**RIGHT | {"mask": ""}), "mask_zero"),
        (DESK.format(**RIGHT | {"loss": "categorical_crossentropy"}), "Its loss is"),
        (DESK.format(**RIGHT | {"dense": '1, activation="sigmoid"'}), "units=1"),
        (DESK.format(**RIGHT).partition("\ndesk.compile")[0], "not compiled"),
        (DESK.format(**RIGHT | {"gru": f"{OPEN}, return_sequences=True"}), "return_sequences=True"),
        (DESK.format(**RIGHT | {"gru": f"{OPEN}, go_backwards=True"}), "go_backwards=True"),
        (DESK.format(**RIGHT | {"gru": f"{OPEN}, activation='relu'"}), "activation=relu"),
        (DESK.format(**RIGHT).replace(
            '"sparse_categorical_crossentropy"',
            "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"), "from_logits"),
    ],
    "5.6": [
        ("score = 0.2", "guessing"),
        ("score = np.mean(np.repeat(range(5), 100) == 3)", "guessing"),
        ("score = 0.06", "evaluate"),
        ("score = 0.298", "adapted once"),
        ("score = keras.callbacks.History()\nscore.history = {'accuracy': [0.99]}",
         "what `fit` returns"),
        ("score = 0.88", "On the way"),
    ],
}
