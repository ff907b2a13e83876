Attribute VB_Name = "ArcRibbon"
Option Explicit
' What the ribbon calls. A button's id says what it does, its tag what must be selected for it.
Private mRibbon As IRibbonUI
Private mWatch As ArcWatch
Private mPlace As String

Public Sub ArcOnLoad(ribbon As IRibbonUI)
    Set mRibbon = ribbon
    Set mWatch = New ArcWatch
    mWatch.Begin
End Sub

Public Sub ArcOnAction(control As IRibbonControl)
    ArcCommands.ArcDo control.ID, control.Tag
End Sub

Public Sub ArcGetEnabled(control As IRibbonControl, ByRef enabled)
    enabled = ArcContext.ArcAllows(control.Tag)
End Sub

Public Sub ArcGetVersion(control As IRibbonControl, ByRef label)
    label = "ARC " & ArcBuild.ArcVersion
End Sub

' Asks the ribbon to look again, only where what may be pressed has changed.
Public Sub ArcLook()
    Dim place As String
    ArcTable.ArcForget
    place = ArcContext.ArcPlace()
    If place <> mPlace Then
        mPlace = place
        If Not mRibbon Is Nothing Then mRibbon.Invalidate
    End If
End Sub
