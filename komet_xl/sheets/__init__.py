"""The sheet's side of komet-xl, pure: what a cell means, which column is which, rows to nouns and back."""
