"""Komet's side of komet-xl: JSON to nouns and back, one request, the client, the daily quota."""
