"""What komet_xl raises, grouped by what you may do next.

* KometError
  x UsageError          nothing was sent; the command, a setting or a REF does not fit
    + SettingsError     a setting cannot be used; nothing was sent
    + UnknownRefError   no row and no send bears this REF
  x SheetError          the workbook cannot be read or written; what was sent is in the journal
    + SheetMissingError the workbook has no such sheet, table or name
    + HeadingError      the sheet lacks a column that is needed
  x JournalError        the journal cannot be used: sending stopped, nothing was sent after that
    + JournalBusyError  another push holds the journal
  x ApiError            a request to Komet did not end in a yes
    + NotSentError      no byte of the request left: trying again is safe
      - TokenMissingError  there is no token to send
      - QuotaSpentError    today's requests are used up
    + RefusedError      Komet said no: nothing was created
    + UnansweredError   it left and no usable answer came: never sent again by us

Each class knows the exit code of the command line (`exit_code`, see README). No error ever holds the token, and
none keeps the exception it came from: that one may quote a URL with the token in it.
"""

from __future__ import annotations

from typing import ClassVar


class KometError(Exception):
    """One plain sentence for a person: what happened, where, what to do next."""

    exit_code: ClassVar[int] = 2


class UsageError(KometError):
    """The command, a setting or an argument cannot be understood. Nothing was sent."""


class SettingsError(UsageError):
    """A setting cannot be used. Nothing was sent; fix the setting."""


class UnknownRefError(UsageError):
    """A REF names no row of this sheet and no send of this journal. Nothing was sent or decided."""


class SheetError(KometError):
    """A workbook cannot be read or written. Whatever was sent before stands in the journal."""

    exit_code = 6


class SheetMissingError(SheetError):
    """The workbook has no sheet, table or workbook-level name of that name."""


class HeadingError(SheetError):
    """The sheet lacks a heading that is needed, or has one twice."""


class JournalError(KometError):
    """The journal cannot be read or written. Sending stopped; nothing was sent after that."""

    exit_code = 7


class JournalBusyError(JournalError):
    """Another push holds the journal. Nothing was sent by this one."""


class ApiError(KometError):
    """A request to Komet did not end in a well-formed yes."""

    exit_code = 5


class NotSentError(ApiError):
    """No byte of the request left this computer: trying again is safe."""


class TokenMissingError(NotSentError):
    """There is no Komet token to send. Nothing was sent."""


class QuotaSpentError(NotSentError):
    """Today's requests to Komet are used up. Nothing was sent by this request."""


class RefusedError(ApiError):
    """Komet said no, in a complete and well-formed answer: nothing was created."""

    def __init__(self, message: str, *, http_status: int, speaks_of_token: bool) -> None:
        super().__init__(message)
        self.http_status = http_status
        """HTTP status of Komet's answer."""
        self.speaks_of_token = speaks_of_token
        """True when Komet refused the token itself: every further request would be refused as well."""


class UnansweredError(ApiError):
    """The request left and no usable answer came. It may have been applied: never send it again unasked."""
