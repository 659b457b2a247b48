"""The fidelity corpus: other people's workbooks, and the checker that sees what an edit did to each of their parts."""
