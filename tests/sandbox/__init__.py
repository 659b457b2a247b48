"""Tests of the sandbox: real HTTP over loopback, nothing imitated."""
