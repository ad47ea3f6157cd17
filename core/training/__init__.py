"""What trainings of several lessons share: batches, cheap dropout, half precision."""
