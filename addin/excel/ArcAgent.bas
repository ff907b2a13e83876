Attribute VB_Name = "ArcAgent"
Option Explicit
' The agent's sign of life, and the clock. VBA knows no UTC without calling into Windows, which firms block: the
' sign of life says when it was written in UTC, and its file when that was on the wall.
Public Const ArcProtocol As Long = 1
Private Const OldAfter As Long = 30
Private Const QuartersADay As Long = 96
Private Const Tries As Long = 3
Private mAhead As Double
Private mKnown As Boolean

' The sign of life, "" if there is none; read again where it is just being replaced.
Public Function ArcBeat() As String
    Dim i As Long
    For i = 1 To Tries
        If ArcBeat = "" Then ArcBeat = ArcSpool.ArcRead(ArcSpool.ArcFolder() & "agent.json")
    Next i
    If ArcMember(ArcBeat, "alive") = "" Then ArcBeat = ""
    If ArcBeat <> "" Then ArcSetClock ArcBeat
End Function

' Remembers by how many days the wall clock is ahead of UTC; time zones lie quarters of an hour apart.
Private Sub ArcSetClock(ByVal beat As String)
    Dim written As Date
    On Error Resume Next ' the file may be gone by now
    written = CDate(FileDateTime(ArcSpool.ArcFolder() & "agent.json"))
    If written = 0 Then Exit Sub
    mAhead = Int((written - ArcMoment(ArcMember(beat, "alive"))) * QuartersADay + 0.5) / QuartersADay
    mKnown = True
End Sub

' Why nothing can be asked at all, "" if it can. A request that can only wait can be asked.
Public Function ArcTrouble() As String
    Dim beat As String, spoken As Long
    beat = ArcBeat()
    spoken = Val(ArcMember(beat, "protocol"))
    If Not mKnown Then
        ArcTrouble = "ARC's agent is not running, so nothing was asked. Press the button again once it runs." & ArcStart()
    ElseIf beat = "" Then
        ArcTrouble = "" ' it ran before, so what is asked waits for it
    ElseIf spoken > ArcProtocol Then
        ArcTrouble = "ARC's agent (" & ArcMember(beat, "version") & ") is newer than this add-in (" & _
            ArcBuild.ArcVersion & "), so nothing was asked. Close Excel and use: arc addin install"
    ElseIf spoken < ArcProtocol Then
        ArcTrouble = "ARC's agent (" & ArcMember(beat, "version") & ") is older than this add-in (" & _
            ArcBuild.ArcVersion & "), so nothing was asked. Update ARC on this computer and start the agent again."
    End If
End Function

Public Function ArcStart() As String
    ArcStart = " Start it in a terminal: arc agent start"
End Function

Public Function ArcAlive() As Boolean
    Dim beat As String
    beat = ArcBeat()
    If beat <> "" Then ArcAlive = (ArcSeconds(beat) <= OldAfter)
End Function

' How long ago the agent gave its last sign of life, in seconds.
Private Function ArcSeconds(ByVal beat As String) As Double
    ArcSeconds = Abs(Now - mAhead - ArcMoment(ArcMember(beat, "alive"))) * 86400
End Function

' When that was, on the wall.
Public Function ArcLastSeen(ByVal beat As String) As Date
    ArcLastSeen = ArcMoment(ArcMember(beat, "alive")) + mAhead
End Function

' The moment in UTC, as requests give it.
Public Function ArcUtc() As String
    Dim moment As Date
    moment = Now - mAhead
    ArcUtc = ArcDigits(Year(moment), 4) & "-" & ArcDigits(Month(moment), 2) & "-" & ArcDigits(Day(moment), 2) & "T" & _
        ArcDigits(Hour(moment), 2) & ":" & ArcDigits(Minute(moment), 2) & ":" & ArcDigits(Second(moment), 2) & "Z"
End Function

' Reads 2026-11-26T01:15:00Z.
Private Function ArcMoment(ByVal written As String) As Date
    ArcMoment = DateSerial(Val(Mid$(written, 1, 4)), Val(Mid$(written, 6, 2)), Val(Mid$(written, 9, 2))) + _
        TimeSerial(Val(Mid$(written, 12, 2)), Val(Mid$(written, 15, 2)), Val(Mid$(written, 18, 2)))
End Function

' Built from digits: formats of dates differ from place to place.
Public Function ArcDigits(ByVal number As Long, ByVal many As Long) As String
    ArcDigits = Right$("0000" & CStr(number), many)
End Function
