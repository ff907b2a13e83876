Attribute VB_Name = "ArcJson"
Option Explicit
' JSON in ASCII: every other character as \uXXXX, so that no code page can spoil it.

Public Function ArcQuoted(ByVal words As String) As String
    Dim i As Long, code As Long, letter As String, quoted As String
    For i = 1 To Len(words)
        letter = Mid$(words, i, 1)
        code = AscW(letter)
        If code < 0 Then code = code + 65536
        If letter = """" Or letter = "\" Then
            quoted = quoted & "\" & letter
        ElseIf code < 32 Or code > 126 Then
            quoted = quoted & "\u" & Right$("000" & Hex$(code), 4)
        Else
            quoted = quoted & letter
        End If
    Next i
    ArcQuoted = """" & quoted & """"
End Function

Public Function ArcPair(ByVal key As String, ByVal words As String) As String
    ArcPair = ArcQuoted(key) & ": " & ArcQuoted(words)
End Function

' Fields with one more; one left blank is not given.
Public Function ArcWith(ByVal fields As String, ByVal key As String, ByVal words As String) As String
    ArcWith = fields
    If words <> "" Then
        If fields <> "" Then ArcWith = fields & ", "
        ArcWith = ArcWith & ArcPair(key, words)
    End If
End Function

' A member of an object: a text without its escapes, anything else as it is written; "" if there is none.
Public Function ArcMember(ByVal json As String, ByVal wanted As String) As String
    Dim i As Long, depth As Long, letter As String, key As String
    i = 1
    Do While i <= Len(json)
        letter = Mid$(json, i, 1)
        If letter = """" Then
            key = ArcUnquoted(json, i)
            If depth = 1 And ArcNext(json, i) = ":" Then
                i = i + 1
                If key = wanted Then
                    ArcMember = ArcValue(json, i)
                    Exit Function
                End If
            End If
        Else
            If letter = "{" Or letter = "[" Then depth = depth + 1
            If letter = "}" Or letter = "]" Then depth = depth - 1
            i = i + 1
        End If
    Loop
End Function

' The letter that follows, blanks left out; i moves there.
Private Function ArcNext(ByVal json As String, ByRef i As Long) As String
    Do While i < Len(json) And InStr(" " & vbTab & vbCr & vbLf, Mid$(json, i, 1)) > 0
        i = i + 1
    Loop
    ArcNext = Mid$(json, i, 1)
End Function

Private Function ArcValue(ByVal json As String, ByVal i As Long) As String
    Dim begins As Long, depth As Long, letter As String, skipped As String
    letter = ArcNext(json, i)
    If letter = """" Then
        ArcValue = ArcUnquoted(json, i)
        Exit Function
    End If
    begins = i
    Do While i <= Len(json)
        letter = Mid$(json, i, 1)
        If depth = 0 And (letter = "," Or letter = "}") Then Exit Do
        If letter = """" Then
            skipped = ArcUnquoted(json, i)
        Else
            If letter = "{" Or letter = "[" Then depth = depth + 1
            If letter = "}" Or letter = "]" Then depth = depth - 1
            i = i + 1
        End If
    Loop
    ArcValue = Trim$(Mid$(json, begins, i - begins))
End Function

' The text that begins with the quote at i; i moves behind its end.
Private Function ArcUnquoted(ByVal json As String, ByRef i As Long) As String
    Dim letter As String, words As String
    i = i + 1
    Do While i <= Len(json)
        letter = Mid$(json, i, 1)
        If letter = """" Then Exit Do
        If letter = "\" Then
            i = i + 1
            letter = Mid$(json, i, 1)
            If letter = "u" Then
                words = words & ChrW(CLng("&H" & Mid$(json, i + 1, 4)))
                i = i + 4
            ElseIf letter = "n" Then
                words = words & vbLf
            ElseIf letter = "t" Then
                words = words & vbTab
            ElseIf InStr("""\/", letter) > 0 Then
                words = words & letter
            End If
        Else
            words = words & letter
        End If
        i = i + 1
    Loop
    i = i + 1
    ArcUnquoted = words
End Function
