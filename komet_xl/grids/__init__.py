"""Where a sheet lives. The only place (with `addin/`) that touches openpyxl, xlwings or UNO."""
