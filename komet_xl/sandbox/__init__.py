"""A Komet to try against, on this machine: same methods, same answers, no fee and no quota of yours.

`komet_xl.sandbox.server` holds `Sandbox` (for tests and the demo) and `serve` (for the command line). They are
not imported here, so that the web server behind them loads only where a sandbox really starts.

What Komet does not document, and what the sandbox therefore decided by itself, is listed in
`komet_xl.sandbox.app` and in docs/sandbox.md.
"""
