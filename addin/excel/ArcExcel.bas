Attribute VB_Name = "ArcExcel"
Option Explicit
' All that needs a person or a clock: questions, messages, the status bar, a later call, a phone.
' The rehearsal (rehearsal/ArcExcel.bas) answers in their place.

' False if it was cancelled; a blank answer is an answer.
Public Function ArcQuestion(ByVal prompt As String, ByVal title As String, ByRef answer As String) As Boolean
    answer = InputBox(prompt, title)
    ArcQuestion = (StrPtr(answer) <> 0)
    answer = Trim$(answer)
End Function

Public Function ArcConfirmed(ByVal words As String, ByVal title As String) As Boolean
    ArcConfirmed = (MsgBox(words, vbOKCancel + vbQuestion, title) = vbOK)
End Function

Public Sub ArcTell(ByVal words As String)
    MsgBox words, vbInformation, "ARC"
End Sub

Public Sub ArcStatus(ByVal words As String)
    If words = "" Then
        Application.StatusBar = False
    Else
        Application.StatusBar = "ARC: " & words
    End If
End Sub

Public Sub ArcLater(ByVal seconds As Long, ByVal macro As String)
    Application.OnTime Now + TimeSerial(0, 0, seconds), "'" & ThisWorkbook.Name & "'!" & macro
End Sub

' Excel hands the number to the phone program, as a click on it in the workbook does.
Public Function ArcDialled(ByVal digits As String) As Boolean
    On Error Resume Next
    ThisWorkbook.FollowHyperlink "tel:" & digits
    ArcDialled = (Err.Number = 0)
End Function
