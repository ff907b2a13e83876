Attribute VB_Name = "ArcContext"
Option Explicit
' What is in front: the workbook, the row, the customer. Columns are found by their headers and tabs by what stands
' on them, so that moving or renaming them changes nothing.
Private Const HiddenTab As String = "_ARC"
Private Const IdHeader As String = "ARC id"
Private Const Head As String = "A1:BH30"
Private Const MostRows As Long = 1000

' What may be pressed: "" no workbook of ARC's, "book", "customer" a row or an account of one, "reminders".
Public Function ArcPlace() As String
    On Error Resume Next
    If ArcBook() = "" Then Exit Function
    ArcPlace = "book"
    If ArcCustomer() <> "" And (ArcRow() <> "" Or ArcIdColumn() = 0) Then ArcPlace = "customer"
    If ArcOnReminders() And ArcSelected() <> "" Then ArcPlace = "reminders"
End Function

' Whether a button with this tag may be pressed.
Public Function ArcAllows(ByVal needs As String) As Boolean
    Dim place As String
    place = ArcPlace()
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
    On Error Resume Next
    Set sheet = ActiveWorkbook.Worksheets(HiddenTab)
    If sheet Is Nothing Then Exit Function
    For row = 1 To 40
        If CStr(sheet.Cells(row, 1).Value) = key Then
            ArcKept = CStr(sheet.Cells(row, 2).Value)
            Exit Function
        End If
    Next row
End Function

' ARC's id of the active row, "" if it has none.
Public Function ArcRow() As String
    ArcRow = ArcCell(IdHeader)
End Function

Private Function ArcIdColumn() As Long
    ArcIdColumn = ArcColumn(ActiveSheet, ArcHeader(ActiveSheet, IdHeader), IdHeader)
End Function

' What stands in the active row below a header, "" if there is no such header above it.
Public Function ArcCell(ByVal title As String) As String
    Dim header As Long, column As Long
    On Error Resume Next
    header = ArcHeader(ActiveSheet, IdHeader)
    If header = 0 And ArcListsCustomers(ActiveSheet.Name) Then header = ArcHeader(ActiveSheet, "Customer")
    If header = 0 Or ActiveCell.row <= header Then Exit Function
    column = ArcColumn(ActiveSheet, header, title)
    If column > 0 Then ArcCell = Trim$(CStr(ActiveSheet.Cells(ActiveCell.row, column).Value))
End Function

' Reports whose rows are customers; elsewhere a word in a heading means nothing.
Private Function ArcListsCustomers(ByVal tab_ As String) As Boolean
    ArcListsCustomers = (tab_ = "Worklist" Or tab_ = "Aging")
End Function

' The row of a sheet's head in which this header stands, 0 if there is none.
Private Function ArcHeader(ByVal sheet As Object, ByVal title As String) As Long
    Dim cells As Variant, row As Long, column As Long
    If Application.WorksheetFunction.CountIf(sheet.Range(Head), title) = 0 Then Exit Function
    cells = sheet.Range(Head).Value
    For row = LBound(cells, 1) To UBound(cells, 1)
        For column = LBound(cells, 2) To UBound(cells, 2)
            If ArcReads(cells(row, column), title) Then
                ArcHeader = row - LBound(cells, 1) + 1
                Exit Function
            End If
        Next column
    Next row
End Function

Private Function ArcColumn(ByVal sheet As Object, ByVal header As Long, ByVal title As String) As Long
    Dim column As Long
    If header = 0 Then Exit Function
    For column = 1 To 60
        If ArcReads(sheet.Cells(header, column).Value, title) Then
            ArcColumn = column
            Exit Function
        End If
    Next column
End Function

Private Function ArcReads(ByVal cell As Variant, ByVal title As String) As Boolean
    If VarType(cell) = vbString Then ArcReads = (StrComp(Trim$(cell), title, vbTextCompare) = 0)
End Function

' The customer of the active row, or the one picked on Account; "" if none.
Public Function ArcCustomer() As String
    If ArcOnAccount() Then
        ArcCustomer = ArcForm.ArcPicked()
    Else
        ArcCustomer = ArcCell("Customer")
        If ArcCustomer = "" And ArcIdColumn() > 0 Then ArcCustomer = ArcCell("Name")
    End If
End Function

Public Function ArcOnAccount() As Boolean
    Dim picker As Object
    Set picker = ArcForm.ArcNamed("go_customer")
    If Not picker Is Nothing Then ArcOnAccount = (picker.Worksheet.Name = ActiveSheet.Name)
End Function

Public Function ArcOnInvoices() As Boolean
    ArcOnInvoices = (ArcCell("Number") <> "" And ArcRow() <> "")
End Function

Public Function ArcOnReminders() As Boolean
    ArcOnReminders = (ArcColumn(ActiveSheet, ArcHeader(ActiveSheet, IdHeader), "Decision") > 0)
End Function

' The ids of the selected rows that can be seen, separated by "; "; rows that a filter hides are not meant.
Public Function ArcSelected() As String
    Dim area As Object, header As Long, column As Long, row As Long, last As Long, id As String, many As Long
    header = ArcHeader(ActiveSheet, IdHeader)
    column = ArcColumn(ActiveSheet, header, IdHeader)
    If column = 0 Then Exit Function
    For Each area In Selection.Areas
        last = area.row + area.Rows.Count - 1
        If last > ArcLast() Then last = ArcLast()
        For row = area.row To last
            id = ""
            If row > header Then id = Trim$(CStr(ActiveSheet.Cells(row, column).Value))
            If id <> "" And InStr(ArcSelected, id) = 0 And Not ActiveSheet.Rows(row).Hidden Then
                If ArcSelected <> "" Then ArcSelected = ArcSelected & "; "
                ArcSelected = ArcSelected & id
                many = many + 1
                If many > MostRows Then Exit Function
            End If
        Next row
    Next area
End Function

Private Function ArcLast() As Long
    ArcLast = ActiveSheet.UsedRange.row + ActiveSheet.UsedRange.Rows.Count - 1
End Function

' What Customers says of a customer, below a header; "" if there is nothing.
Public Function ArcOfCustomer(ByVal customer As String, ByVal title As String) As String
    Dim sheet As Object, header As Long, names As Long, column As Long, row As Long, last As Long
    On Error Resume Next
    For Each sheet In ActiveWorkbook.Worksheets
        header = ArcHeader(sheet, IdHeader)
        names = ArcColumn(sheet, header, "Name")
        column = ArcColumn(sheet, header, title)
        If names > 0 And column > 0 Then
            last = sheet.UsedRange.row + sheet.UsedRange.Rows.Count - 1
            For row = header + 1 To last
                If ArcReads(sheet.Cells(row, names).Value, customer) Then
                    ArcOfCustomer = Trim$(CStr(sheet.Cells(row, column).Value))
                    Exit Function
                End If
            Next row
        End If
    Next sheet
End Function
