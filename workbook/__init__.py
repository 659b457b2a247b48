"""Sources of the Excel add-in and of the template workbook, and what builds them. Not part of the package."""
