"""What `course.py` calls, in folders by job: notebooks, publish, measure."""

from utils import console

console.show_anything()
