Attribute VB_Name = "KometPy"
Option Explicit
Option Private Module
' Starts Python for a button, and says in a cell why Python could not be asked.
'
' What is started was fixed at installation: the sheet "komet" of this add-in names the interpreter. Of the active
' workbook only its name is used, to say which one the button means; its sheets and its folder are never read.
' No Declare and no conditional code here: those are in KometHost, so that the tests can run this module elsewhere.

Public Const KOMET_NOT_INSTALLED As Long = 901
Public Const KOMET_OTHER_XLWINGS As Long = 902
Public Const KOMET_NO_SERVER As Long = 903
Public Const KOMET_NOT_ON_MAC As Long = 904
Private Const TITLE As String = "Komet"
Private Const STARTING As String = "Komet: starting..."
Private Const LAST_STAMP As Long = 12
Private Const LONGEST_LABEL As Long = 60
Private running As Boolean

Public Sub KometPress(ByVal button As String)
    Dim problem As String
    If running Then
        MsgBox "A Komet command is still running here. Wait until it has ended.", vbInformation, TITLE
        Exit Sub
    End If
    running = True
    problem = Started(button)
    running = False
    If problem <> "" Then MsgBox problem, vbExclamation, TITLE
End Sub

Public Function KometStamp(ByVal what As String) As String
    ' What "komet-xl install" wrote into this add-in; "" for nothing.
    Dim at As Long
    For at = 1 To LAST_STAMP
        If ThisWorkbook.Worksheets("komet").Cells(at, 1).Value = what Then
            KometStamp = Expanded(ThisWorkbook.Worksheets("komet").Cells(at, 2).Value)
            Exit Function
        End If
    Next at
End Function

Public Function KometLabel(ByVal id As String, ByVal otherwise As String) As String
    ' The last line "id=text" of the labels file; `otherwise` where there is none, or no file.
    Dim path As String
    Dim entry As String
    Dim number As Integer
    KometLabel = otherwise
    path = KometStamp("labels")
    If path = "" Then Exit Function
    On Error GoTo done
    If Dir$(path) = "" Then Exit Function
    number = FreeFile
    Open path For Input As #number
    Do While Not EOF(number)
        Line Input #number, entry
        If Left$(entry, Len(id) + 1) = id & "=" Then
            KometLabel = Left$(Mid$(entry, Len(id) + 2), LONGEST_LABEL)
        End If
    Loop
done:
    If number <> 0 Then Close #number
End Function

Public Function KometCommand(ByVal button As String) As String
    ' -m with a fixed name: no text of a workbook is ever part of a program.
    KometCommand = KometPython() & " -m komet_xl.addin.press " & button & " --wb=" & Quoted(ActiveName()) & " --from_xl=1" _
        & " --app=" & Quoted(ThisApplication()) & " --hwnd=" & Quoted(ThisWindow())
End Function

Public Function KometPython() As String
    ' Isolated: neither the current folder nor the environment can put a module of its own before ours. A komet-xl that
    ' was installed for one user alone ("site" says so) needs that user's folder of packages.
    KometPython = Quoted(KometStamp("interpreter")) & " -I"
    If KometStamp("site") = "user" Then KometPython = Quoted(KometStamp("interpreter")) & " -E -P"
End Function

Public Function KometTrouble(ByVal number As Long) As String
    ' What a cell shows in place of a value. Never the error's own text: Python's would be a traceback.
    Select Case number
        Case KOMET_NOT_INSTALLED
            KometTrouble = "#KOMET: run komet-xl install, then restart Excel"
        Case KOMET_OTHER_XLWINGS
            KometTrouble = "#KOMET: xlwings was changed, run komet-xl install again"
        Case KOMET_NO_SERVER
            KometTrouble = "#KOMET: Python did not start, run komet-xl doctor"
        Case KOMET_NOT_ON_MAC
            KometTrouble = "#KOMET: formulas need Excel for Windows, use Pull here"
        Case Else
            KometTrouble = "#KOMET: no answer from Python, run komet-xl doctor"
    End Select
End Function

Private Function Started(ByVal button As String) As String
    ' What went wrong before Python could speak for itself, as a sentence; "" for nothing.
    Dim code As Long
    On Error GoTo failed
    If KometStamp("interpreter") = "" Then
        Started = "This add-in does not know its Python yet. Run  komet-xl install  in a command window, then restart Excel."
    ElseIf InStr(Application.OperatingSystem, "Mac") > 0 Then
        KometPressOnMac button & vbLf & ActiveName()
    ElseIf Left$(KometLabel("komet.server", ""), 1) = "{" Then
        KometPressResident button
    Else
        code = RunAndWait(KometCommand(button))
        If code <> 0 Then
            Started = "Python ended with code " & code & ". Run  komet-xl doctor  in a command window: it says what is wrong."
        End If
    End If
    Exit Function
failed:
    If Err.Number = 70 Then
        Started = "This computer does not let Excel start Python. Run  komet-xl serve  in a command window and press the button again."
    Else
        Started = "Python could not be started. Run  komet-xl doctor  in a command window: it says what is wrong."
    End If
End Function

Private Function RunAndWait(ByVal command As String) As Long
    ' While it waits, Excel serves the calls of our Python and nobody can sort the rows under it.
    ' Esc is left to Python, which stops between two lines: here it would end the waiting, not the sending.
    Const CANCEL_DISABLED As Long = 0
    Const CANCEL_INTERRUPTS As Long = 1
    Const HIDDEN As Long = 0
    Const SHOWN As Long = 1
    Dim host As Object
    Dim window As Long
    Dim trouble As Long
    ' Windows hides the first dialog of a program that is started hidden. pythonw.exe has no console to hide.
    window = HIDDEN
    If LCase$(Right$(KometStamp("interpreter"), 11)) = "pythonw.exe" Then window = SHOWN
    On Error Resume Next
    Set host = CreateObject("WScript.Shell")
    On Error GoTo 0
    If host Is Nothing Then
        ' Windows Script Host is switched off here: started without waiting, so Python asks for the labels itself
        Shell command & " --alone", window
        Exit Function
    End If
    Application.StatusBar = STARTING
    Application.EnableCancelKey = CANCEL_DISABLED
    On Error Resume Next
    RunAndWait = host.Run(command, window, True)
    trouble = Err.Number
    Application.EnableCancelKey = CANCEL_INTERRUPTS
    ' What Python left there stays, unless it ended in the middle: then it would say for ever how far it was.
    If Application.StatusBar = STARTING Or RunAndWait <> 0 Then Application.StatusBar = False
    On Error GoTo 0
    If trouble <> 0 Then Err.Raise trouble
End Function

Private Function ActiveName() As String
    ' "" when there is none, or when its name means more to a command line than its letters: % is expanded there, " ends
    ' the text, and = cuts it. Python then takes the workbook that is active in this window.
    On Error Resume Next
    ActiveName = ActiveWorkbook.Name
    On Error GoTo 0
    If InStr(ActiveName, "%") + InStr(ActiveName, "=") + InStr(ActiveName, Chr$(34)) > 0 Then ActiveName = ""
    If InStr(ActiveName, vbLf) + InStr(ActiveName, vbCr) > 0 Then ActiveName = ""
End Function

Private Function ThisApplication() As String
    On Error Resume Next
    ThisApplication = Application.Path & Application.PathSeparator & Application.Name
End Function

Private Function ThisWindow() As String
    ThisWindow = "0"
    On Error Resume Next
    ThisWindow = CStr(Application.Hwnd)
End Function

Private Function Quoted(ByVal text As String) As String
    Quoted = Chr$(34) & text & Chr$(34)
End Function

Private Function Expanded(ByVal text As String) As String
    ' "%LOCALAPPDATA%\komet-xl\..." for each user's own: one add-in may serve everybody on a computer. "" where there is
    ' no such variable: what is left of the path would be looked for on whatever drive is the current one.
    Dim ends As Long
    Expanded = text
    If Left$(text, 1) <> "%" Then Exit Function
    ends = InStr(2, text, "%")
    If ends < 3 Then Exit Function
    Expanded = Environ$(Mid$(text, 2, ends - 2))
    If Expanded <> "" Then Expanded = Expanded & Mid$(text, ends + 1)
End Function
