Attribute VB_Name = "ArcForm"
Option Explicit
' The form on Account: labels in one column, what people enter in the next; each block ends with Then.
Private Const Longest As Long = 30

' The cell that a name of the workbook stands for; Nothing if there is no such name.
Public Function ArcNamed(ByVal title As String) As Object
    On Error Resume Next
    Set ArcNamed = ActiveWorkbook.Names(title).RefersToRange
End Function

' Who is picked on Account.
Public Function ArcPicked() As String
    Dim picker As Object
    Set picker = ArcNamed("go_customer")
    If Not picker Is Nothing Then ArcPicked = ArcTable.ArcTyped(picker.Cells(1, 1))
End Function

' The cell of a block that has this label; Nothing if there is none.
Private Function ArcEntry(ByVal block As String, ByVal label As String) As Object
    Dim first As Object, row As Long, found As String
    Set first = ArcNamed("go_" & block)
    If first Is Nothing Then Exit Function
    For row = first.row To first.row + Longest
        found = ArcTable.ArcTyped(first.Worksheet.Cells(row, first.column - 1))
        If found = label Then Set ArcEntry = first.Worksheet.Cells(row, first.column)
        If found = label Or found = "Then" Then Exit Function
    Next row
End Function

Public Function ArcEntered(ByVal block As String, ByVal label As String) As String
    Dim cell As Object
    Set cell = ArcEntry(block, label)
    If Not cell Is Nothing Then ArcEntered = ArcTable.ArcTyped(cell)
End Function

' Whether something is entered in a block, but for Then.
Public Function ArcFilled(ByVal block As String) As Boolean
    Dim first As Object, last As Object, row As Long
    Set first = ArcNamed("go_" & block)
    Set last = ArcEntry(block, "Then")
    If first Is Nothing Or last Is Nothing Then Exit Function
    For row = first.row To last.row - 1
        If ArcTable.ArcTyped(first.Worksheet.Cells(row, first.column)) <> "" Then ArcFilled = True
    Next row
End Function

' Enters a word in a block; False if it cannot be, which is told.
Public Function ArcEnter(ByVal block As String, ByVal label As String, ByVal words As String) As Boolean
    Dim cell As Object
    Set cell = ArcEntry(block, label)
    If cell Is Nothing Then
        ArcTellMissing
        Exit Function
    End If
    ArcEnter = ArcPutIn(cell, words)
    If Not ArcEnter Then ArcTellProtected "pick " & words & " in " & label & " yourself and press Sync now"
End Function

' Brings Account to the front with this customer picked; False if that cannot be, which is told.
Public Function ArcShow(ByVal customer As String) As Boolean
    Dim picker As Object
    Set picker = ArcNamed("go_customer")
    If picker Is Nothing Then
        ArcTellMissing
        Exit Function
    End If
    picker.Worksheet.Activate
    picker.Select
    ArcShow = (ArcPicked() = customer)
    If Not ArcShow Then ArcShow = ArcPutIn(picker.Cells(1, 1), customer)
    If Not ArcShow Then ArcTellProtected "pick the customer yourself and press Sync now"
End Function

Private Sub ArcTellMissing()
    ArcExcel.ArcTell "The form on Account is missing in this workbook. Use arc sync --new to have a new one made from the ledger."
End Sub

' Writes a text, never a formula, number or date, whatever it looks like; False if the cell cannot be written.
Private Function ArcPutIn(ByVal cell As Object, ByVal words As String) As Boolean
    On Error Resume Next
    If InStr("=+-@0123456789", Left$(words, 1)) > 0 Then cell.NumberFormat = "@"
    cell.Value = words
    ArcPutIn = (ArcTable.ArcTyped(cell) = words)
End Function

Private Sub ArcTellProtected(ByVal otherwise As String)
    ArcExcel.ArcTell "The Account tab cannot be written. Unprotect it with Review, Unprotect Sheet, or " & otherwise & "."
End Sub
