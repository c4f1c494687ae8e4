"""Pictures of architectures: boxes and arrows in one style."""

from utils.diagrams.drawing import ROLES, Drawing, picture_of
from utils.diagrams.networks import (
    backward_paths,
    bidirectional,
    encoder_decoder,
    gru_cell,
    lstm_cell,
    recurrent_cell,
)
from utils.diagrams.types import KINDS, side_by_side, unrolled

__all__ = ["KINDS", "ROLES", "Drawing", "backward_paths", "bidirectional", "encoder_decoder",
           "gru_cell", "lstm_cell", "picture_of", "recurrent_cell", "side_by_side", "unrolled"]
