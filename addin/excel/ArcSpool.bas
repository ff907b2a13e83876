Attribute VB_Name = "ArcSpool"
Option Explicit
' Requests go into a folder of this user, where the agent finds them: written aside, then renamed. No program is
' started and nothing leaves the computer.
Private Const Largest As Long = 60000
Private Const Remembered As Long = 20000
Private mMany As Long
Private mAsked As String

Public Function ArcFolder() As String
    Dim home As String
    If Environ("ARC_SPOOL") <> "" Then
        ArcFolder = Environ("ARC_SPOOL") & IIf(InStr(Environ("ARC_SPOOL"), "\") > 0, "\", "/")
        Exit Function
    End If
    home = Environ("HOME")
    #If Mac Then
        ' Excel's own home lies in its sandbox; Office's shared folder is what the agent can reach as well.
        If InStr(home, "/Library/Containers/") > 0 Then home = Left$(home, InStr(home, "/Library/Containers/") - 1)
        ArcFolder = home & "/Library/Group Containers/UBF8T346G9.Office/ARC/spool/"
    #Else
        If Environ("LOCALAPPDATA") <> "" Then
            ArcFolder = Environ("LOCALAPPDATA") & "\ARC\spool\"
        ElseIf Environ("XDG_STATE_HOME") <> "" Then
            ArcFolder = Environ("XDG_STATE_HOME") & "/arc/spool/"
        Else
            ArcFolder = home & "/.local/state/arc/spool/"
        End If
    #End If
End Function

Private Function ArcIn(ByVal folder As String, ByVal file As String) As String
    ArcIn = ArcFolder() & folder & Right$(ArcFolder(), 1) & file
End Function

' Writes a request and returns its number; "" if it could not be written, which is told.
Public Function ArcWrite(ByVal action As String, ByVal fields As String) As String
    Dim request As String, written As String, stem As String, channel As Integer
    request = ArcNumber()
    written = ArcBody(request, action, fields)
    If Len(written) > Largest Then
        ArcExcel.ArcTell "That is too much for one request. Select fewer rows, or write less."
        Exit Function
    End If
    stem = ArcIn("requests", request)
    On Error GoTo Failed
    channel = FreeFile
    Open stem & ".tmp" For Output As #channel
    Print #channel, written
    Close #channel
    Name stem & ".tmp" As stem & ".json"
    ArcWrite = request
    Exit Function
Failed:
    ArcExcel.ArcTell "Nothing was asked: ARC's folder " & ArcFolder() & " cannot be written (" & Err.Description & _
        "). Start the agent again, it makes the folder: arc agent start"
    ArcDrop channel, stem & ".tmp"
End Function

' Leaves nothing behind of a request that could not be written.
Private Sub ArcDrop(ByVal channel As Integer, ByVal path As String)
    On Error Resume Next
    Close #channel
    Kill path
End Sub

Private Function ArcBody(ByVal request As String, ByVal action As String, ByVal fields As String) As String
    ArcBody = "{""protocol"": " & ArcAgent.ArcProtocol & ", " & _
        ArcPair("request", request) & ", " & _
        ArcPair("action", action) & ", " & _
        ArcPair("book", ArcContext.ArcBook()) & ", " & _
        ArcPair("tab", ActiveSheet.Name) & ", " & _
        ArcPair("row", ArcContext.ArcRow()) & ", " & _
        ArcPair("user", ArcUser()) & ", " & _
        ArcPair("when", ArcAgent.ArcUtc()) & ", " & _
        """fields"": {" & fields & "}}"
End Function

Private Function ArcUser() As String
    On Error Resume Next
    ArcUser = Trim$(Application.UserName)
    If ArcUser = "" Then ArcUser = Environ("USERNAME")
    If ArcUser = "" Then ArcUser = Environ("USER")
End Function

' No two are alike: the second, where and by whom, a number drawn, and a count.
Private Function ArcNumber() As String
    Dim i As Long, whose As String, mixed As Long
    whose = ArcUser() & Environ("COMPUTERNAME") & Environ("HOME") & ArcContext.ArcBook()
    For i = 1 To Len(whose)
        mixed = (mixed * 31 + (AscW(Mid$(whose, i, 1)) And &H7FFF)) Mod 16777213
    Next i
    If mMany = 0 Then Randomize
    mMany = mMany + 1
    ArcNumber = "xl-" & Replace(Replace(ArcAgent.ArcUtc(), "-", ""), ":", "") & "-" & Hex$(mixed) & "-" & _
        Hex$(CLng(Rnd * 16777215)) & "-" & Hex$(CLng(Timer * 100)) & "-" & CStr(mMany)
End Function

' Whether the very same has been asked and the agent has not taken it yet.
Public Function ArcWaits(ByVal action As String, ByVal fields As String) As Boolean
    Dim asked As Variant
    For Each asked In Split(mAsked, vbLf)
        If Left$(asked, Len(ArcSame(action, fields))) = ArcSame(action, fields) Then
            ArcWaits = ArcWaits Or ArcThere(ArcIn("requests", Mid$(asked, Len(ArcSame(action, fields)) + 1) & ".json"))
        End If
    Next asked
End Function

Public Sub ArcRemember(ByVal action As String, ByVal fields As String, ByVal request As String)
    mAsked = Right$(mAsked, Remembered) & ArcSame(action, fields) & request & vbLf
End Sub

Private Function ArcSame(ByVal action As String, ByVal fields As String) As String
    ArcSame = action & "|" & ArcContext.ArcBook() & "|" & ArcContext.ArcRow() & "|" & fields & vbTab
End Function

' How many requests lie there.
Public Function ArcWaiting() As Long
    Dim file As String
    file = Dir(ArcIn("requests", ""))
    Do While file <> ""
        If Right$(file, 5) = ".json" Then ArcWaiting = ArcWaiting + 1
        file = Dir()
    Loop
End Function

' The answer to a request, "" while there is none; it is taken away.
Public Function ArcTake(ByVal request As String) As String
    Dim path As String
    path = ArcIn("answers", request & ".json")
    If Not ArcThere(path) Then Exit Function
    ArcTake = ArcRead(path)
    On Error Resume Next
    If ArcTake <> "" Then Kill path
End Function

Private Function ArcThere(ByVal path As String) As Boolean
    On Error Resume Next
    ArcThere = (Dir(path) <> "")
End Function

' A small file in UTF-8; "" if it is not there, or is just being written.
Public Function ArcRead(ByVal path As String) As String
    Dim channel As Integer, bytes() As Byte
    If Not ArcThere(path) Then Exit Function
    On Error GoTo Failed
    channel = FreeFile
    Open path For Binary Access Read As #channel
    If LOF(channel) > 0 Then
        ReDim bytes(0 To LOF(channel) - 1)
        Get #channel, , bytes
        ArcRead = ArcText.ArcDecoded(bytes)
    End If
    Close #channel
    Exit Function
Failed:
    Close #channel
End Function
