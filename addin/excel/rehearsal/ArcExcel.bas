Attribute VB_Name = "ArcExcel"
Option Explicit
' Stands in for ../ArcExcel.bas where no person sits: answers come from a list, and what would be shown is noted.
Private mAnswers As String
Private mTold As String

' Answers, one a line; a line "(cancel)" cancels, and so does every question beyond the last.
Public Sub ArcRehearse(ByVal answers As String)
    mAnswers = answers
    mTold = ""
End Sub

' What was asked and told since then, one a line.
Public Function ArcTold() As String
    ArcTold = mTold
End Function

Private Sub ArcNote(ByVal kind As String, ByVal words As String)
    If mTold <> "" Then mTold = mTold & vbLf
    mTold = mTold & kind & ": " & Replace(words, vbLf, " / ")
End Sub

Private Function ArcNextAnswer() As String
    Dim ends As Long
    If mAnswers = "" Then
        ArcNextAnswer = "(cancel)"
        Exit Function
    End If
    ends = InStr(mAnswers & vbLf, vbLf)
    ArcNextAnswer = Left$(mAnswers, ends - 1)
    mAnswers = Mid$(mAnswers, ends + 1)
End Function

Public Function ArcQuestion(ByVal prompt As String, ByVal title As String, ByRef answer As String) As Boolean
    ArcNote "asked", prompt
    answer = ArcNextAnswer()
    ArcQuestion = (answer <> "(cancel)")
    If answer = "(blank)" Or answer = "(cancel)" Then answer = ""
End Function

Public Function ArcConfirmed(ByVal words As String, ByVal title As String) As Boolean
    ArcNote "confirm", words
    ArcConfirmed = (ArcNextAnswer() = "OK")
End Function

Public Sub ArcTell(ByVal words As String)
    ArcNote "told", words
End Sub

Public Sub ArcStatus(ByVal words As String)
    ArcNote "status", words
End Sub

Public Sub ArcLater(ByVal seconds As Long, ByVal macro As String)
    ArcNote "later", macro
End Sub

Public Function ArcDialled(ByVal digits As String) As Boolean
    ArcNote "dialled", digits
    ArcDialled = True
End Function
