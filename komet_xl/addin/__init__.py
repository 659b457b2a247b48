"""Excel's shell: formulas and buttons. Only here and in grids/excel.py xlwings is imported, and only its free part."""
