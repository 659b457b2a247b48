"""What was sent: the journal is the truth, a sheet is a view of it."""
