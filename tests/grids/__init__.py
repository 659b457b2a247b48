"""Tests of where a sheet lives."""
