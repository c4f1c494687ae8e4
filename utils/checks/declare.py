"""What a module of exercises imports: the kinds of answers, from one place."""

from utils.checks.choices import Choices
from utils.checks.functions import Function
from utils.checks.kinds import Array, Choice, Number, Score
from utils.checks.models import Model, layer

__all__ = ["Array", "Choice", "Choices", "Function", "Model", "Number", "Score", "layer"]
