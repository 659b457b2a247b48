"""Tests of Excel's shell: the add-in file, its buttons and its formulas."""
