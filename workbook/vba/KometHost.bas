Attribute VB_Name = "KometHost"
Option Explicit
Option Private Module
' What differs between Windows and Mac: the formulas' way to Python, through the library that xlwings brings along.
'
' XLPy and LoadLibrary are adapted from "xlwings_custom_addin.bas" of xlwings 0.37.8, which comes under this licence:
'
' xlwings is distributed under a BSD 3-clause license.
'
' Copyright (C) 2014-present, Zoomer Analytics LLC.
' All rights reserved.
'
' Redistribution and use in source and binary forms, with or without modification,
' are permitted provided that the following conditions are met:
'
' * Redistributions of source code must retain the above copyright notice, this
'   list of conditions and the following disclaimer.
'
' * Redistributions in binary form must reproduce the above copyright notice, this
'   list of conditions and the following disclaimer in the documentation and/or
'   other materials provided with the distribution.
'
' * Neither the name of the copyright holder nor the names of its
'   contributors may be used to endorse or promote products derived from
'   this software without specific prior written permission.
'
' THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
' ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
' WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
' DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR
' ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
' (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
' LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON
' ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
' (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
' SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.

Private Const ONLY_THIS_XLWINGS As String = "0.37.8"

#If Mac Then
#ElseIf Win64 Then
    Private Const LIBRARY_FILE As String = "xlwings64-0.37.8.dll"
    Private Declare PtrSafe Function XLPyDLLActivateAuto Lib "xlwings64-0.37.8.dll" (ByRef Result As Variant, Optional ByVal Config As String = "", Optional ByVal mode As Long = 1) As Long
    Private Declare PtrSafe Function LoadLibraryW Lib "kernel32" (ByVal path As LongPtr) As LongPtr
#Else
    Private Const LIBRARY_FILE As String = "xlwings32-0.37.8.dll"
    Private Declare PtrSafe Function XLPyDLLActivateAuto Lib "xlwings32-0.37.8.dll" (ByRef Result As Variant, Optional ByVal Config As String = "", Optional ByVal mode As Long = 1) As Long
    Private Declare PtrSafe Function LoadLibraryW Lib "kernel32" (ByVal path As LongPtr) As LongPtr
#End If

Private Const PAUSE As Double = 10 / 86400 ' of a day: ten seconds
Private libraryLoaded As Boolean
Private server As String
Private failedAt As Date

Public Function XLPy()
    ' The object in the Python process that calls our functions; that process is started at the first call. The text in
    ' `server` never holds anything of a workbook: the library starts one process for each different text.
    #If Mac Then
        Err.Raise KOMET_NOT_ON_MAC
    #Else
        If Not libraryLoaded Then LoadLibrary
        If server = "" Then server = KometServer()
        If Left$(server, 1) = "{" Then
            If XLPyDLLActivateAuto(XLPy, server, 1) = 0 Then Exit Function
            server = OwnServer() ' the resident server is gone: start one for this Excel
        End If
        ' Thousands of cells would each start a Python that cannot start. Abs: the clock may be set back meanwhile.
        If Abs(Now - failedAt) > PAUSE Then
            failedAt = 0
            If XLPyDLLActivateAuto(XLPy, server, 1) = 0 Then Exit Function
            failedAt = Now
        End If
        server = ""
        Err.Raise KOMET_NO_SERVER
    #End If
End Function

Public Sub KometPressResident(ByVal button As String)
    ' For computers that do not let Excel start programs: the server was started by the user ("komet-xl serve").
    #If Mac Then
    #Else
        XLPy.Call XLPy.Module("komet_xl.addin.press"), "press_resident", XLPy.Tuple(button, Application.Hwnd)
    #End If
End Sub

Public Sub KometPressOnMac(ByVal request As String)
    ' The script was made by "komet-xl install" and starts one program only. It does not wait: AppleScript cannot reach
    ' Excel while a macro runs.
    #If Mac Then
        AppleScriptTask "komet-xl.applescript", "KometPress", request
    #End If
End Sub

Private Function KometServer() As String
    KometServer = KometLabel("komet.server", "")
    If Left$(KometServer, 1) <> "{" Then KometServer = OwnServer()
End Function

Private Function OwnServer() As String
    ' Our own module and not xlwings' serve: at its end that one would close every Excel without a workbook.
    OwnServer = KometPython() & " -m komet_xl.addin.resident $(CLSID)"
End Function

Private Sub LoadLibrary()
    ' By its full path, before its first use: otherwise Windows would look for it in the current folder too.
    #If Mac Then
    #Else
        Dim folder As Variant
        Dim file As String
        Dim interpreter As String
        interpreter = KometStamp("interpreter")
        If interpreter = "" Then Err.Raise KOMET_NOT_INSTALLED
        If KometStamp("xlwings") <> ONLY_THIS_XLWINGS Then Err.Raise KOMET_OTHER_XLWINGS
        For Each folder In Array(KometStamp("library"), ParentOf(interpreter), ParentOf(ParentOf(interpreter)))
            If folder <> "" Then
                file = folder & "\" & LIBRARY_FILE ' a variable: of a mere expression StrPtr's address may be gone
                If LoadLibraryW(StrPtr(file)) <> 0 Then
                    libraryLoaded = True
                    Exit Sub
                End If
            End If
        Next folder
        Err.Raise KOMET_OTHER_XLWINGS
    #End If
End Sub

Private Function ParentOf(ByVal path As String) As String
    If InStrRev(path, "\") > 0 Then ParentOf = Left$(path, InStrRev(path, "\") - 1)
End Function
