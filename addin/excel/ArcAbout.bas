Attribute VB_Name = "ArcAbout"
Option Explicit
' What the add-in shows by itself: the Issues tab, how it stands, help.

Public Sub ArcGoToIssues()
    Dim issues As Object
    Set issues = ArcForm.ArcNamed("go_issues")
    If issues Is Nothing Then
        ArcExcel.ArcTell "This workbook has no Issues tab. Use arc sync --new to have a new workbook made from the ledger."
    Else
        issues.Worksheet.Activate
        issues.Select
    End If
End Sub

Public Sub ArcTellStatus()
    ArcExcel.ArcTell "Add-in: ARC " & ArcBuild.ArcVersion & vbLf & _
        "Agent: " & ArcOfAgent() & vbLf & _
        "Workbook: " & ArcOfBook() & vbLf & _
        "Requests that wait: " & CStr(ArcSpool.ArcWaiting())
End Sub

Private Function ArcOfAgent() As String
    Dim beat As String
    beat = ArcAgent.ArcBeat()
    If beat = "" Then
        ArcOfAgent = "not running." & ArcAgent.ArcStart()
    ElseIf ArcAgent.ArcAlive() Then
        ArcOfAgent = "running, ARC " & ArcMember(beat, "version")
    Else
        ArcOfAgent = "not running; last seen on " & CStr(ArcAgent.ArcLastSeen(beat)) & "." & ArcAgent.ArcStart()
    End If
End Function

Private Function ArcOfBook() As String
    Dim book As String
    book = ArcContext.ArcBook()
    If book = "" Then
        ArcOfBook = "not one of ARC's"
    Else
        ArcOfBook = "kept by ARC, last synced " & Replace(Left$(ArcContext.ArcKept("synced"), 16), "T", " ")
        If InStr(ArcMember(ArcAgent.ArcBeat(), "books"), ArcQuoted(book)) = 0 Then
            ArcOfBook = "one of ARC's, but the agent on this computer does not keep it"
        End If
    End If
End Function

Public Sub ArcTellHelp()
    ArcExcel.ArcTell "Select the row of a customer or an invoice, or pick a customer on Account; then press a button." & vbLf & vbLf & _
        "On Account, a button takes what you have filled in in the form; with an empty form it asks." & vbLf & _
        "ARC's agent carries it out; the answer stands in the status bar, and the workbook shows it." & vbLf & _
        "What needs you stands on the Issues tab." & vbLf & vbLf & _
        "In a terminal, arc --help lists all that ARC can do."
End Sub
