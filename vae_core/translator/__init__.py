"""The model that a loss really trains, from a recipe, from weights or from pasted code. No torch."""
