"""The translators opened: what passes between encoder and decoder, and what each part of one is worth."""
