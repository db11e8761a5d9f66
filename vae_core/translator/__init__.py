"""What a loss really trains, found from a recipe, from weights or from pasted code: the model behind it. No torch."""
