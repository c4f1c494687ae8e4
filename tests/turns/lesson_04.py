"""Wrong solutions of lesson 04 as people write them, and what each must be told."""

OPENING = """def both(sequences):
    return prepare(sequences + [sequence[::-1] for sequence in sequences])

x_both, x_both_test = both(train), both(test)
label, label_test = np.repeat([0, 1], len(train)), np.repeat([0, 1], len(test))
"""
STACK = """tagger = keras.Sequential([layers.Input((None, 12)), {}])"""

WRONG = {
    "4.1": [
        ("def new_cell(c, f, i, g):\n    c = c + i * g\n    return f * c", "multiplies the sum"),
        ("def new_cell(c, f, i, g):\n    kept = i * c\n    new = f * g\n    return kept + new",
         "at each other's place"),
        ("def new_cell(c, f, i, g):\n    return c + i * g", "cannot forget"),
        ("def new_cell(c, f, i, g):\n    return f * c + g", "written whole"),
        ("def new_cell(c, f, i, g):\n    return c - f * c + i * g", "1 - f is not wanted"),
        ("def new_cell(c, f, i, g):\n    return np.tanh(c * f + g * i)", "no tanh on the belt"),
        ("def new_cell(c, f, i, g):\n    return f * c + (1 - f) * g", "input gate is not used"),
    ],
    "4.2": [
        ("m, n = 32, 32\nweights = m * n + n * n + n", "one block"),
        ("weights = 3 * (32 * 32 + 32 * 32 + 32)", "three blocks"),
        ("weights = 4 * (32 * 32 + 32 * 32)", "biases are missing"),
        ("weights = 4 * (32 * 32 + 32)", "weights on the last output"),
        ("weights = 4 * (2 * 32 * 32 + 2 * 32)", "one bias a gate"),
    ],
    "4.3": [
        ('right_version = "a"', "multiplies the sum"),
        ('right_version = "c"', "inside the tanh"),
        ('right_version = "d"', "input gate i is not used"),
    ],
    "4.4": [
        ("gate = 0.5 ** (1 / 60)\nbias = gate", "That is the gate"),
        ("gate = 0.5 ** (1 / 60)\nbias = np.log((1 - gate) / gate)", "upside down"),
        ("gate = 0.5\nbias = np.log(gate / (1 - gate))", "in one single word"),
        ("gate = 1 - 0.5 / 60\nbias = np.log(gate / (1 - gate))", "60th root"),
        ("gate = 0.5 ** (1 / 60)\nbias = np.log10(gate / (1 - gate))", "base 10"),
        ("gate = 0.5 ** (1 / 60)\nbias = np.log(gate)", "That is ln(f)"),
        ("gate = 0.5 ** 1 / 60\nbias = np.log(gate / (1 - gate))", "0.5 / 60 to Python"),
    ],
    "4.5": [
        (OPENING + "score = 0.5", "guessing"),
        (OPENING + "score = np.mean(np.zeros(len(label_test)) == label_test)", "guessing"),
        (OPENING + "score = 0.81", "few more epochs"),
        (OPENING + "score = np.mean(label_test != label_test)", "Less than guessing"),
    ],
    "4.6": [
        (STACK.format('layers.Masking(), layers.LSTM(24, return_sequences=True), '
                      'layers.LSTM(24), layers.Dense(9, activation="softmax")'),
         "its last output alone"),
        (STACK.format('layers.LSTM(24, return_sequences=True), '
                      'layers.LSTM(24, return_sequences=True), '
                      'layers.Dense(9, activation="softmax")'), "Masking"),
        (STACK.format('layers.Masking(), layers.LSTM(32, return_sequences=True), '
                      'layers.LSTM(32, return_sequences=True), '
                      'layers.Dense(9, activation="softmax")'), "units=32"),
        (STACK.format('layers.Masking(), layers.LSTM(24, return_sequences=True), '
                      'layers.LSTM(24, return_sequences=True), layers.Dense(1)'), "units=1"),
        (STACK.format('layers.Masking(), layers.LSTM(24, return_sequences=True), '
                      'layers.Dense(9, activation="softmax")'), "only one LSTM"),
        (STACK.format('layers.Masking(), layers.LSTM(24, return_sequences=True), '
                      'layers.LSTM(24, return_sequences=True), layers.Dense(9)'), "activation"),
    ],
}
