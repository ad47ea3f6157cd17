"""What a classifier's predictions are worth: one figure a file, its arithmetic kept."""
