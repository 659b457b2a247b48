Attribute VB_Name = "KometFormulas"
Option Explicit
' Made from komet_xl/addin/registry.py by workbook/build.py: change it there.

Public Function KOMET_PREBOOKS(day, Optional filters)
Attribute KOMET_PREBOOKS.VB_Description = "The prebooks of a truck date, one row each, with customer, carrier, ship-to and totals."
    On Error GoTo failed
    KOMET_PREBOOKS = XLPy.CallUDF("komet_xl.addin.formulas", "KOMET_PREBOOKS", Array(day, filters))
    Exit Function
failed:
    KOMET_PREBOOKS = KometTrouble(Err.Number)
End Function

Public Function KOMET_ITEMS(day, Optional filters)
Attribute KOMET_ITEMS.VB_Description = "The prebook items of a truck date, one row each: product, vendor, boxes, units, prices, and the prebook."
    On Error GoTo failed
    KOMET_ITEMS = XLPy.CallUDF("komet_xl.addin.formulas", "KOMET_ITEMS", Array(day, filters))
    Exit Function
failed:
    KOMET_ITEMS = KometTrouble(Err.Number)
End Function

Public Function KOMET_PREBOOK(day, number, field)
Attribute KOMET_PREBOOK.VB_Description = "One field of one prebook, such as its customer, carrier or total price."
    On Error GoTo failed
    KOMET_PREBOOK = XLPy.CallUDF("komet_xl.addin.formulas", "KOMET_PREBOOK", Array(day, number, field))
    Exit Function
failed:
    KOMET_PREBOOK = KometTrouble(Err.Number)
End Function

Public Function KOMET_TOTAL(day, field, Optional by, Optional filters)
Attribute KOMET_TOTAL.VB_Description = "Boxes, units, price, items or prebooks of a truck date, added up; with a third argument, for each customer, vendor, carrier, product ..."
    On Error GoTo failed
    KOMET_TOTAL = XLPy.CallUDF("komet_xl.addin.formulas", "KOMET_TOTAL", Array(day, field, by, filters))
    Exit Function
failed:
    KOMET_TOTAL = KometTrouble(Err.Number)
End Function

Public Function KOMET_INVENTORY(first_day, last_day)
Attribute KOMET_INVENTORY.VB_Description = "Future inventory that can be sold from one day to another; its inventoryId is what an order line needs."
    On Error GoTo failed
    KOMET_INVENTORY = XLPy.CallUDF("komet_xl.addin.formulas", "KOMET_INVENTORY", Array(first_day, last_day))
    Exit Function
failed:
    KOMET_INVENTORY = KometTrouble(Err.Number)
End Function

Public Function KOMET_CUSTOMERS()
Attribute KOMET_CUSTOMERS.VB_Description = "Your active customers with their ids and codes."
    On Error GoTo failed
    KOMET_CUSTOMERS = XLPy.CallUDF("komet_xl.addin.formulas", "KOMET_CUSTOMERS", Array())
    Exit Function
failed:
    KOMET_CUSTOMERS = KometTrouble(Err.Number)
End Function

Public Function KOMET_CARRIERS()
Attribute KOMET_CARRIERS.VB_Description = "Your carriers with their ids and codes."
    On Error GoTo failed
    KOMET_CARRIERS = XLPy.CallUDF("komet_xl.addin.formulas", "KOMET_CARRIERS", Array())
    Exit Function
failed:
    KOMET_CARRIERS = KometTrouble(Err.Number)
End Function

Public Function KOMET_AGE(day)
Attribute KOMET_AGE.VB_Description = "How many minutes ago Komet was asked for what the formulas of a truck date show."
    On Error GoTo failed
    KOMET_AGE = XLPy.CallUDF("komet_xl.addin.formulas", "KOMET_AGE", Array(day))
    Exit Function
failed:
    KOMET_AGE = KometTrouble(Err.Number)
End Function

Public Function KOMET_QUOTA()
Attribute KOMET_QUOTA.VB_Description = "How many requests to Komet are left today, as far as this computer knows."
    On Error GoTo failed
    KOMET_QUOTA = XLPy.CallUDF("komet_xl.addin.formulas", "KOMET_QUOTA", Array())
    Exit Function
failed:
    KOMET_QUOTA = KometTrouble(Err.Number)
End Function

Public Function KOMET_FEE(boxes, units, price)
Attribute KOMET_FEE.VB_Description = "Estimate of the fee for an order line: boxes x units a box x price x the fee rate of the settings."
    On Error GoTo failed
    KOMET_FEE = XLPy.CallUDF("komet_xl.addin.formulas", "KOMET_FEE", Array(boxes, units, price))
    Exit Function
failed:
    KOMET_FEE = KometTrouble(Err.Number)
End Function
