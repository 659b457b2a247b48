Attribute VB_Name = "KometWizard"
Option Explicit
Option Private Module
' Made from komet_xl/addin/registry.py by workbook/build.py: change it there.

Public Function KometDescribe() As Boolean
    ' Category and arguments for Excel's function wizard, which no file can hold. False while Excel does not take them.
    Dim host As Object
    Dim prefix As String
    Set host = Application
    prefix = "'" & ThisWorkbook.Name & "'!"
    On Error GoTo failed
    host.MacroOptions Macro:=prefix & "KOMET_PREBOOKS", _
        Description:="The prebooks of a truck date, one row each, with customer, carrier, ship-to and totals.", _
        Category:="Komet", _
        ArgumentDescriptions:=Array( _
            "Truck date: a cell with a date, TODAY(), or text like 2015-02-10.", _
            "Only these prebooks: text like customer=ABC; carrier=ARMELLINI, or two columns with names and values. Names are those of komet-xl pull: customer, customer-id, carrier, prebook, location-id ...")
    host.MacroOptions Macro:=prefix & "KOMET_ITEMS", _
        Description:="The prebook items of a truck date, one row each: product, vendor, boxes, units, prices, and the prebook.", _
        Category:="Komet", _
        ArgumentDescriptions:=Array( _
            "Truck date: a cell with a date, TODAY(), or text like 2015-02-10.", _
            "Only these prebooks: text like customer=ABC; carrier=ARMELLINI, or two columns with names and values. Names are those of komet-xl pull: customer, customer-id, carrier, prebook, location-id ...")
    host.MacroOptions Macro:=prefix & "KOMET_PREBOOK", _
        Description:="One field of one prebook, such as its customer, carrier or total price.", _
        Category:="Komet", _
        ArgumentDescriptions:=Array( _
            "Truck date: a cell with a date, TODAY(), or text like 2015-02-10.", _
            "The prebook's number, as people know it (not its id).", _
            "A column of the prebooks sheet, such as customerName, or items, totalBoxes, totalUnits.")
    host.MacroOptions Macro:=prefix & "KOMET_TOTAL", _
        Description:="Boxes, units, price, items or prebooks of a truck date, added up; with a third argument, for each customer, vendor, carrier, product ...", _
        Category:="Komet", _
        ArgumentDescriptions:=Array( _
            "Truck date: a cell with a date, TODAY(), or text like 2015-02-10.", _
            "What to add up: totalBoxes, totalUnits, totalPrice, items or prebooks.", _
            "Group by customer, vendor, carrier, product, location, brand, prebook, or by a column of the prebooks sheet. Leave it out for one number.", _
            "Only these prebooks: text like customer=ABC; carrier=ARMELLINI, or two columns with names and values. Names are those of komet-xl pull: customer, customer-id, carrier, prebook, location-id ...")
    host.MacroOptions Macro:=prefix & "KOMET_INVENTORY", _
        Description:="Future inventory that can be sold from one day to another; its inventoryId is what an order line needs.", _
        Category:="Komet", _
        ArgumentDescriptions:=Array( _
            "First day it is available.", _
            "Last day it is available.")
    host.MacroOptions Macro:=prefix & "KOMET_CUSTOMERS", _
        Description:="Your active customers with their ids and codes.", _
        Category:="Komet"
    host.MacroOptions Macro:=prefix & "KOMET_CARRIERS", _
        Description:="Your carriers with their ids and codes.", _
        Category:="Komet"
    host.MacroOptions Macro:=prefix & "KOMET_AGE", _
        Description:="How many minutes ago Komet was asked for what the formulas of a truck date show.", _
        Category:="Komet", _
        ArgumentDescriptions:=Array( _
            "Truck date: a cell with a date, TODAY(), or text like 2015-02-10.")
    host.MacroOptions Macro:=prefix & "KOMET_QUOTA", _
        Description:="How many requests to Komet are left today, as far as this computer knows.", _
        Category:="Komet"
    host.MacroOptions Macro:=prefix & "KOMET_FEE", _
        Description:="Estimate of the fee for an order line: boxes x units a box x price x the fee rate of the settings.", _
        Category:="Komet", _
        ArgumentDescriptions:=Array( _
            "Boxes of the line.", _
            "Units in one box: stems or bunches, whatever the price is for.", _
            "Price of one unit.")
    KometDescribe = True
failed:
End Function
