Attribute VB_Name = "KometRibbon"
Option Explicit
' What the ribbon calls. Labels come from a small file that Python writes: showing a label never starts Python.

Private ribbon As IRibbonUI
Private described As Boolean

Public Sub KometOnLoad(ribbonUI As IRibbonUI)
    Set ribbon = ribbonUI
    described = KometDescribe()
End Sub

Public Sub KometOnAction(control As IRibbonControl)
    ' Excel takes descriptions of functions only while a workbook is open; at its start there may be none.
    If Not described Then described = KometDescribe()
    KometPress control.ID
    KometRefreshRibbon
End Sub

Public Sub KometGetLabel(control As IRibbonControl, ByRef returnedVal)
    Select Case control.ID
        Case "komet.tab"
            returnedVal = KometLabel(control.ID, "Komet")
        Case "komet.freeze"
            returnedVal = KometLabel(control.ID, "Freeze formulas")
        Case "komet.age"
            returnedVal = KometLabel(control.ID, "Nothing pulled yet")
        Case Else
            returnedVal = KometLabel(control.ID, control.ID)
    End Select
End Sub

Public Sub KometRefreshRibbon()
    ' Python calls this too, after it has changed a label.
    If Not ribbon Is Nothing Then ribbon.Invalidate
End Sub
