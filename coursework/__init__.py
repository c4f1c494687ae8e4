"""The instructor's side: assignments with solutions, and the grader. Never released."""

from utils import console

console.show_anything()
