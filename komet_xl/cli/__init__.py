"""The command line's shell: reads arguments, calls one function of the session, prints, and leaves with a code."""
