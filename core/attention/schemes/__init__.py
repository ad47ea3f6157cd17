"""The position experiment: one small decoder trained from scratch with each of five position schemes."""
