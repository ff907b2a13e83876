Attribute VB_Name = "ArcContext"
Option Explicit
' What is in front: the workbook, the row, the customer, and so what may be pressed.
Private Const HiddenTab As String = "_ARC"
Private Const HiddenRows As Long = 40
Public Const ArcMostRows As Long = 1000

' "" no workbook of ARC's, "book", "customer" a row or an account of one, "reminders" rows of Reminders.
Public Function ArcPlace() As String
    Dim customer As String, known As Boolean, rows As String
    On Error Resume Next
    ' Each into a variable first: after an error in a condition, VBA goes on as if it were true.
    ArcPlace = ArcBook()
    If ArcPlace = "" Then Exit Function
    ArcPlace = "book"
    customer = ArcCustomer()
    known = (ArcRow() <> "" Or ArcTable.ArcIdColumn() = 0)
    If customer <> "" And known Then ArcPlace = "customer"
    rows = ArcSelected()
    If rows <> "" Then ArcPlace = "reminders"
End Function

' Whether a button with this tag may be pressed.
Public Function ArcAllows(ByVal needs As String) As Boolean
    Dim place As String
    ArcTable.ArcForget
    If needs <> "" Then place = ArcPlace()
    Select Case needs
        Case ""
            ArcAllows = True
        Case "book"
            ArcAllows = (place <> "")
        Case "customer"
            ArcAllows = (place = "customer" Or place = "reminders")
        Case Else
            ArcAllows = (place = needs)
    End Select
End Function

' The workbook's id, "" if it is none of ARC's.
Public Function ArcBook() As String
    ArcBook = ArcKept("book")
End Function

' A value of the hidden tab, by its name.
Public Function ArcKept(ByVal key As String) As String
    Dim sheet As Object, row As Long
    Set sheet = ArcHidden()
    If sheet Is Nothing Then Exit Function
    For row = 1 To HiddenRows
        If ArcTable.ArcTyped(sheet.Cells(row, 1)) = key Then
            ArcKept = ArcTable.ArcTyped(sheet.Cells(row, 2))
            Exit Function
        End If
    Next row
End Function

Private Function ArcHidden() As Object
    On Error Resume Next
    Set ArcHidden = ActiveWorkbook.Worksheets(HiddenTab)
End Function

' ARC's id of the active row, "" if it has none.
Public Function ArcRow() As String
    If ArcTable.ArcIdColumn() > 0 Then ArcRow = ArcTable.ArcCell("ARC id")
End Function

' The customer of the active row, or the one picked on Account; "" if none.
Public Function ArcCustomer() As String
    If ArcOnAccount() Then
        ArcCustomer = ArcForm.ArcPicked()
    Else
        ArcCustomer = ArcTable.ArcCell("Customer")
        If ArcCustomer = "" Then ArcCustomer = ArcTable.ArcCell("Name")
    End If
End Function

Public Function ArcOnAccount() As Boolean
    Dim picker As Object
    Set picker = ArcForm.ArcNamed("go_customer")
    If Not picker Is Nothing Then ArcOnAccount = (picker.Worksheet.Name = ActiveSheet.Name)
End Function

' Whether the active row is an invoice: only those have both.
Public Function ArcOnInvoices() As Boolean
    ArcOnInvoices = (ArcTable.ArcColumn("Number") > 0 And ArcTable.ArcColumn("Days overdue") > 0 And ArcRow() <> "")
End Function

Private Function ArcOnReminders() As Boolean
    ArcOnReminders = (ArcTable.ArcIdColumn() > 0 And ArcTable.ArcColumn("Decision") > 0)
End Function

' The ids of the selected rows of Reminders that can be seen, separated by "; ": those that a filter hides are not meant.
Public Function ArcSelected() As String
    Dim area As Object, row As Long, id As String, many As Long
    If Not ArcOnReminders() Then Exit Function
    For Each area In Selection.Areas
        For row = ArcFirstOf(area) To ArcLastOf(area)
            id = ArcTable.ArcTyped(ActiveSheet.Cells(row, ArcTable.ArcIdColumn()))
            If id <> "" And InStr("; " & ArcSelected & "; ", "; " & id & "; ") = 0 Then
                If Not ActiveSheet.Rows(row).Hidden Then
                    If ArcSelected <> "" Then ArcSelected = ArcSelected & "; "
                    ArcSelected = ArcSelected & id
                    many = many + 1
                    If many > ArcMostRows Then Exit Function
                End If
            End If
        Next row
    Next area
End Function

Private Function ArcFirstOf(ByVal area As Object) As Long
    ArcFirstOf = area.row
    If ArcFirstOf <= ArcTable.ArcHeader() Then ArcFirstOf = ArcTable.ArcHeader() + 1
End Function

Private Function ArcLastOf(ByVal area As Object) As Long
    ArcLastOf = area.row + area.Rows.Count - 1
    If ArcLastOf > ArcTable.ArcLast(ActiveSheet) Then ArcLastOf = ArcTable.ArcLast(ActiveSheet)
End Function
