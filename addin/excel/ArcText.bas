Attribute VB_Name = "ArcText"
Option Explicit
' Texts: from UTF-8, and as people write them.

Public Function ArcDecoded(bytes() As Byte) As String
    Dim i As Long, more As Long, code As Long, words As String
    i = LBound(bytes)
    Do While i <= UBound(bytes)
        code = bytes(i)
        more = 0
        If code >= 240 Then
            more = 3
            code = code And 7
        ElseIf code >= 224 Then
            more = 2
            code = code And 15
        ElseIf code >= 192 Then
            more = 1
            code = code And 31
        End If
        Do While more > 0 And i < UBound(bytes)
            i = i + 1
            more = more - 1
            code = code * 64 + (bytes(i) And 63)
        Loop
        words = words & ArcLetter(code)
        i = i + 1
    Loop
    ArcDecoded = words
End Function

' A character in UTF-16: one unit, or two.
Private Function ArcLetter(ByVal code As Long) As String
    If code < 65536 Then
        ArcLetter = ChrW(code)
    Else
        code = code - 65536
        ArcLetter = ChrW(55296 + code \ 1024) & ChrW(56320 + (code Mod 1024))
    End If
End Function

' The digits of a phone number and its plus: nothing else goes to the phone program.
Public Function ArcPhoneDigits(ByVal written As String) As String
    Dim i As Long, letter As String
    For i = 1 To Len(written)
        letter = Mid$(written, i, 1)
        If letter >= "0" And letter <= "9" Then ArcPhoneDigits = ArcPhoneDigits & letter
        If letter = "+" And ArcPhoneDigits = "" Then ArcPhoneDigits = "+"
    Next i
End Function

' A count with its noun: 1 reminder, 3 reminders.
Public Function ArcMany(ByVal count As Long, ByVal noun As String) As String
    ArcMany = CStr(count) & " " & noun
    If count <> 1 Then ArcMany = ArcMany & "s"
End Function
