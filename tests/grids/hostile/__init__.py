"""Workbooks made to hurt, each by code when a test needs it, and what must become of each."""
