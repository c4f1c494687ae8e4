"""What the maintainers run: measurements and builds."""
