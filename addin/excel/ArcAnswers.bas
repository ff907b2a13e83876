Attribute VB_Name = "ArcAnswers"
Option Explicit
' Looks once a second whether the agent has answered, for a minute at most; the macro that looks again is named below.
Private Const Again As String = "ArcAnswers.ArcPoll"
Private Const Looks As Long = 60
Private Const Shown As Long = 12
Private mExpected As String
Private mLooks As Long
Private mRuns As Boolean
Private mShownFor As Long

' Waits for the answer to this request as well.
Public Sub ArcExpect(ByVal request As String)
    mExpected = mExpected & request & " "
    mLooks = Looks
    If Not mRuns Then ArcAgain
End Sub

Private Sub ArcAgain()
    mRuns = True
    ArcExcel.ArcLater 1, Again
End Sub

Public Sub ArcPoll()
    mRuns = False
    ArcTakeAll
    mLooks = mLooks - 1
    If mExpected <> "" And mLooks <= 0 Then ArcGiveUp
    If mShownFor > 0 Then mShownFor = mShownFor - 1
    If mShownFor = 0 And mExpected = "" Then
        ArcExcel.ArcStatus ""
    Else
        ArcAgain
    End If
End Sub

' Shows the answers that are there, in the order of the requests.
Private Sub ArcTakeAll()
    Dim request As Variant, answer As String
    For Each request In Split(Trim$(mExpected), " ")
        answer = ArcSpool.ArcTake(request)
        If answer <> "" Then
            mExpected = Replace(mExpected, request & " ", "")
            ArcShowAnswer answer
        End If
    Next request
End Sub

' What was done goes to the status bar; what was not, and why, to a message that must be seen.
Private Sub ArcShowAnswer(ByVal answer As String)
    Dim sentence As String
    sentence = ArcMember(answer, "sentence")
    mShownFor = Shown
    If Val(ArcMember(answer, "protocol")) <> ArcAgent.ArcProtocol Then
        ArcExcel.ArcTell "ARC's agent answered in a way that this add-in does not know. Close Excel and use: arc addin install"
    ElseIf ArcMember(answer, "done") = "true" Then
        ArcExcel.ArcStatus sentence
    Else
        ArcExcel.ArcStatus "not done."
        ArcExcel.ArcTell sentence
    End If
End Sub

Private Sub ArcGiveUp()
    mExpected = ""
    mShownFor = Shown
    ArcExcel.ArcStatus "the agent has not answered yet. It will carry out what waits; Status on the ARC tab tells how many."
End Sub
