"""Tests with a real LibreOffice."""
