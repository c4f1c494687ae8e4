"""Wrong solutions of lesson 01 as people write them, and what each must be told."""

STEP = "def rnn_step(x_t, h, W, U, b):\n    "
MODEL = "counter = keras.Sequential([layers.Embedding(27, 16, mask_zero=True), {}])"
WRONG = {
    "1.1": [
        ("row = [0, 0, 3, 1, 2]", "stand behind the word"),
        ("row = [2, 0, 1, 0, 0]", "Here a is 0"),
        ("row = [[3, 1, 2]][0]", "five places"),
        ("row = encode(['cab'])[0]", "filled up to 12"),
        ("row = [[3, 1, 2, 0, 0]]", "outer brackets"),
        ("row = encode(['cab'], longest=5)", "outer brackets"),
        ("row = np.array([1, 2, 3, 0, 0])", "the word is c, a, b"),
    ],
    "1.2": [
        (STEP + "return x_t @ W + h @ U + b", "tanh is missing"),
        (STEP + "return np.tanh(x_t @ U + h @ W + b)", "at each other's place"),
        (STEP + "new = x_t @ W + b\n    return np.tanh(new)", "nothing is remembered"),
        (STEP + "return np.tanh(x_t @ W + h @ U)", "bias b is missing"),
        (STEP + "return np.tanh(x_t * W + h * U + b)", "multiplies number by number"),
        (STEP + "return np.tanh(W @ x_t + U @ h + b)", "vectors are rows"),
        (STEP + "return np.tanh(b + x_t @ W) + h @ U", "outside the tanh"),
        (STEP + "return np.tanh(x_t @ W + h @ U) + b", "bias stands outside"),
        (STEP + "return np.tanh(x_t @ W) + np.tanh(h @ U + b)", "two tanh"),
        (STEP + "return np.tanh(x_t @ W + b) + np.tanh(h @ U)", "its own tanh"),
        (STEP + "a, c = np.tanh(x_t @ W), np.tanh(h @ U)\n    return np.tanh(a + c + b)",
         "inside another"),
        (STEP + "h = h + np.tanh(x_t @ W + h @ U + b)\n    return h", "added once more"),
    ],
    "1.3": [
        ('right_line = "a"', "last letter alone"),
        ('right_line = "b"', "another network"),
        ('right_line = "d)"', "outside the tanh"),
    ],
    "1.4": [
        ("weights = 100 * (16 * 64 + 64 * 64 + 64)", "not copied for each step"),
        ("weights = 100 * 16 * 64 + 64 * 64 + 64", "W does not grow"),
        ("weights = 100 * 64 + 64 * 64 + 64", "not 100 by 64"),
        ("weights = 16 * 64", "W alone"),
        ("weights = 16 * 64 + 64 * 64", "bias is missing"),
        ("weights = 16 * 64 + 64 * 64 + 64 + 64 * 8 + 8", "Dense layer"),
        ("weights = 27 * 16 + 5184 + 64 * 8 + 8", "whole model"),
        ("weights = 27 * 16 + 5184", "includes the embedding"),
    ],
    "1.5": [
        (MODEL.format('layers.SimpleRNN(64), layers.Dense(8, activation="softmax")'),
         "answers once a word"),
        (MODEL.format('layers.SimpleRNN(64, return_sequences=True), layers.Flatten(), '
                      'layers.Dense(8, activation="softmax")'), "one long row"),
        (MODEL.format('layers.SimpleRNN(64, return_sequences=True), layers.Dense(8)'),
         "softmax is asked for"),
        (MODEL.format('layers.SimpleRNN(32, return_sequences=True), '
                      'layers.Dense(8, activation="softmax")'), "units=32"),
        (MODEL.format('layers.SimpleRNN(64, return_sequences=True), '
                      'layers.Dense(8, activation="softmax")').replace(", mask_zero=True", ""),
         "mask_zero=False"),
    ],
    "1.6": [
        ("score = 0.5", "That is guessing"),
        ("x, y = both_ways(own_new)\nscore = np.mean(y == 0)", "That is guessing"),
        ("score = 0.74", "larger learning rate"),
        ("x, y = both_ways(own_new)\nscore = np.mean(y == 1 - y)", "Less than guessing"),
        ("score = [0.41, 0.86]", "returns the loss first"),
        ("score = [0.21, 0.86][0]", "Is it the loss?"),
        ("score = {'accuracy': [0.7, 0.9], 'loss': [0.5, 0.2]}", "Was `validation_data`"),
    ],
}
