Attribute VB_Name = "ArcRehearsal"
Option Explicit
' Presses buttons without a ribbon, through the callbacks that the ribbon calls.

' Presses a button; returns its id and what was asked and told, one a line.
Public Function Press(ByVal id As String, ByVal needs As String, ByVal answers As String) As String
    Dim button As New ArcButton
    button.ID = id
    button.Tag = needs
    ArcExcel.ArcRehearse answers
    ArcRibbon.ArcOnAction button
    Press = "pressed: " & id & vbLf & ArcExcel.ArcTold()
End Function

' Lets a second pass: looks for answers once.
Public Function Look() As String
    ArcExcel.ArcRehearse ""
    ArcAnswers.ArcPoll
    Look = ArcExcel.ArcTold()
End Function

Public Function Enabled(ByVal id As String, ByVal needs As String) As Boolean
    Dim button As New ArcButton, allowed As Variant
    button.ID = id
    button.Tag = needs
    ArcRibbon.ArcGetEnabled button, allowed
    Enabled = allowed
End Function

Public Function Version() As String
    Dim button As New ArcButton, label As Variant
    ArcRibbon.ArcGetVersion button, label
    Version = label
End Function
