Attribute VB_Name = "ArcTable"
Option Explicit
' Tables, found by their headers: moving a column or renaming a tab changes nothing.
Private Const IdHeader As String = "ARC id"
Private Const Head As String = "A1:BH30"
Private Const Widest As Long = 60
Private mOf As String
Private mHeader As Long
Private mTitles(1 To 60) As String

' To be called before each look at the workbook: people move columns in between.
Public Sub ArcForget()
    mOf = ""
    mHeader = 0
End Sub

' Learns where the headers of the sheet in front stand, once.
Private Sub ArcLearn()
    Dim column As Long, cells As Variant
    If ActiveCell Is Nothing Then ' a chart is in front, or no workbook at all
        ArcForget
        Exit Sub
    End If
    If mOf = ActiveWorkbook.Name & "|" & ActiveSheet.Name Then Exit Sub
    mOf = ActiveWorkbook.Name & "|" & ActiveSheet.Name
    mHeader = ArcHeaderOf(ActiveSheet, IdHeader)
    If mHeader = 0 And ArcListsCustomers() Then mHeader = ArcHeaderOf(ActiveSheet, "Customer")
    If mHeader = 0 Then Exit Sub
    cells = ActiveSheet.Range(Head).Rows(mHeader).Value
    For column = 1 To Widest
        mTitles(column) = ""
        If VarType(cells(1, column)) = vbString Then mTitles(column) = LCase$(Trim$(cells(1, column)))
    Next column
End Sub

' Reports whose rows are customers; elsewhere a word in a heading means nothing.
Private Function ArcListsCustomers() As Boolean
    ArcListsCustomers = (ActiveSheet.Name = "Worklist" Or ActiveSheet.Name = "Aging")
End Function

' The row of the headers of the sheet in front, 0 if it has no table of ARC's.
Public Function ArcHeader() As Long
    ArcLearn
    ArcHeader = mHeader
End Function

' The column below a header of the sheet in front, 0 if there is none.
Public Function ArcColumn(ByVal title As String) As Long
    Dim column As Long
    If ArcHeader() = 0 Then Exit Function
    For column = 1 To Widest
        If mTitles(column) = LCase$(title) Then
            ArcColumn = column
            Exit Function
        End If
    Next column
End Function

Public Function ArcIdColumn() As Long
    ArcIdColumn = ArcColumn(IdHeader)
End Function

' What stands in the active row below a header, "" if there is nothing.
Public Function ArcCell(ByVal title As String) As String
    Dim column As Long
    column = ArcColumn(title)
    If column > 0 And ActiveCell.row > ArcHeader() Then ArcCell = ArcTyped(ActiveSheet.Cells(ActiveCell.row, column))
End Function

' A cell as text, "" for one that holds an error.
Public Function ArcTyped(ByVal cell As Object) As String
    If Not IsError(cell.Value) Then ArcTyped = Trim$(CStr(cell.Value))
End Function

' The row of a sheet's head in which this header stands, 0 if there is none.
Private Function ArcHeaderOf(ByVal sheet As Object, ByVal title As String) As Long
    Dim cells As Variant, row As Long, column As Long
    If Application.WorksheetFunction.CountIf(sheet.Range(Head), title) = 0 Then Exit Function
    cells = sheet.Range(Head).Value
    For row = 1 To UBound(cells, 1)
        For column = 1 To UBound(cells, 2)
            If ArcReads(cells(row, column), title) Then
                ArcHeaderOf = row
                Exit Function
            End If
        Next column
    Next row
End Function

Private Function ArcColumnOf(ByVal sheet As Object, ByVal header As Long, ByVal title As String) As Long
    Dim column As Long
    For column = 1 To Widest
        If ArcReads(sheet.Cells(header, column).Value, title) Then
            ArcColumnOf = column
            Exit Function
        End If
    Next column
End Function

Private Function ArcReads(ByVal cell As Variant, ByVal title As String) As Boolean
    If VarType(cell) = vbString Then ArcReads = (StrComp(Trim$(cell), title, vbTextCompare) = 0)
End Function

' The row of Customers that bears a name; Nothing if there is none.
Private Function ArcCustomerCell(ByVal customer As String) As Object
    Dim sheet As Object, header As Long, names As Long, cells As Variant, row As Long
    For Each sheet In ActiveWorkbook.Worksheets
        header = ArcHeaderOf(sheet, IdHeader)
        names = 0
        If header > 0 Then names = ArcColumnOf(sheet, header, "Name")
        If names > 0 Then
            cells = sheet.Range(sheet.Cells(header, names), sheet.Cells(ArcLast(sheet) + 1, names)).Value
            For row = 2 To UBound(cells, 1)
                If ArcReads(cells(row, 1), customer) Then
                    Set ArcCustomerCell = sheet.Cells(header + row - 1, names)
                    Exit Function
                End If
            Next row
        End If
    Next sheet
End Function

' What Customers says of a customer, below a header; "" if there is nothing.
Public Function ArcOfCustomer(ByVal customer As String, ByVal title As String) As String
    Dim found As Object, sheet As Object, column As Long
    Set found = ArcCustomerCell(customer)
    If found Is Nothing Then Exit Function
    Set sheet = found.Worksheet
    column = ArcColumnOf(sheet, ArcHeaderOf(sheet, IdHeader), title)
    If column > 0 Then ArcOfCustomer = ArcTyped(sheet.Cells(found.row, column))
End Function

' The last row that holds anything.
Public Function ArcLast(ByVal sheet As Object) As Long
    ArcLast = sheet.UsedRange.row + sheet.UsedRange.Rows.Count - 1
End Function
