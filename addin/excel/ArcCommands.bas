Attribute VB_Name = "ArcCommands"
Option Explicit
' What each button does. Questions come before anything is written; Cancel leaves everything as it was.

Public Sub ArcDo(ByVal id As String, ByVal needs As String)
    If Not ArcContext.ArcAllows(needs) Then
        ArcExcel.ArcTell ArcLacks(needs)
    ElseIf id = "arcIssues" Then
        ArcAbout.ArcGoToIssues
    ElseIf id = "arcStatus" Then
        ArcAbout.ArcTellStatus
    ElseIf id = "arcHelp" Then
        ArcAbout.ArcTellHelp
    ElseIf id = "arcCall" Then
        ArcCall
    ElseIf ArcAgent.ArcTrouble() <> "" Then
        ArcExcel.ArcTell ArcAgent.ArcTrouble()
    Else
        ArcRequest id
    End If
End Sub

Private Sub ArcRequest(ByVal id As String)
    Select Case id
        Case "arcOpenAccount"
            ArcOpen
        Case "arcLogCall"
            ArcLog "log_call", "Call"
        Case "arcLogText"
            ArcLog "log_text", "Text"
        Case "arcCompose"
            ArcCompose
        Case "arcSend"
            ArcSend
        Case "arcRecordPayment"
            ArcPayment
        Case "arcPromise"
            ArcPromise
        Case "arcDispute"
            ArcDispute
        Case "arcPlan"
            ArcAsk "plan_reminders", "", "Plan"
        Case "arcApprove"
            ArcDecide "approve_reminders", "Approve"
        Case "arcSkip"
            ArcDecide "skip_reminders", "Skip"
        Case "arcAging"
            ArcAsk "refresh_aging", "", "Aging"
        Case "arcKpis"
            ArcAsk "refresh_kpis", "", "KPIs"
        Case "arcSyncNow"
            ArcAsk "sync_now", "", "Sync now"
    End Select
End Sub

Private Function ArcLacks(ByVal needs As String) As String
    If ArcContext.ArcBook() = "" Then
        ArcLacks = "This workbook is not one of ARC's. Open your receivables workbook first."
    ElseIf needs = "reminders" Then
        ArcLacks = "Select one or more rows on the Reminders tab first."
    ElseIf ArcContext.ArcCustomer() <> "" Then
        ArcLacks = "This row is new and ARC does not know it yet. Press Sync now, then try again."
    Else
        ArcLacks = "Select a row of a customer or an invoice first, or pick a customer on the Account tab."
    End If
End Function

' Asks the agent, and says what becomes of it. False if it could not be asked, which is told.
Private Function ArcAsk(ByVal action As String, ByVal fields As String, ByVal button As String) As Boolean
    Dim request As String
    If ArcRepeats(action) And ArcSpool.ArcWaits(action, fields) Then
        ArcAsk = True
    Else
        request = ArcSpool.ArcWrite(action, fields)
        If request = "" Then Exit Function
        ArcSpool.ArcRemember action, fields, request
        ArcAnswers.ArcExpect request
        ArcAsk = True
    End If
    If ArcAgent.ArcAlive() Then
        ArcExcel.ArcStatus button & " ..."
    Else
        ArcExcel.ArcTell "ARC's agent is not running, so """ & button & """ waits for it, for a day at most." & _
            ArcAgent.ArcStart()
    End If
End Function

' Requests of which one is enough while it waits: asked ten times, they do the same.
Private Function ArcRepeats(ByVal action As String) As Boolean
    ArcRepeats = (InStr(action, "refresh_") = 1 Or InStr(action, "_reminders") > 0)
    If action = "sync_now" Or action = "form" Or action = "open_account" Then ArcRepeats = True
End Function

' The customer where the row does not say it to the agent: on Account, and on reports.
Private Function ArcCustomerField() As String
    If ArcContext.ArcRow() = "" Then ArcCustomerField = ArcWith("", "customer", ArcContext.ArcCustomer())
End Function

' A question that needs an answer; False if there is none.
Private Function ArcNeeded(ByVal prompt As String, ByVal title As String, ByRef answer As String) As Boolean
    If Not ArcExcel.ArcQuestion(prompt, title, answer) Then Exit Function
    ArcNeeded = (answer <> "")
    If answer = "" Then ArcExcel.ArcTell "Nothing was entered, so nothing was asked."
End Function

Private Sub ArcOpen()
    Dim customer As String
    customer = ArcContext.ArcCustomer()
    If ArcAsk("open_account", ArcCustomerField(), "Open account") Then ArcForm.ArcShow customer
End Sub

Private Sub ArcCall()
    Dim customer As String, phone As String, barred As String, words As String
    customer = ArcContext.ArcCustomer()
    phone = ArcTable.ArcOfCustomer(customer, "Phone")
    barred = ArcTable.ArcOfCustomer(customer, "Do not contact")
    If ArcText.ArcPhoneDigits(phone) = "" Then
        ArcExcel.ArcTell "There is no phone number for " & customer & ". Enter one in Phone on the Customers tab."
        Exit Sub
    End If
    words = "Call " & Trim$(ArcTable.ArcOfCustomer(customer, "Contact") & " " & customer) & " at " & phone & "?"
    If barred <> "" Then words = "Do not contact: " & barred & vbLf & vbLf & words
    If Not ArcExcel.ArcConfirmed(words, "Call") Then Exit Sub
    If ArcExcel.ArcDialled(ArcText.ArcPhoneDigits(phone)) Then
        ArcExcel.ArcStatus "when you have spoken, press Log call."
    Else
        ArcExcel.ArcTell "No phone program answered. Please dial " & phone & " yourself, then press Log call."
    End If
End Sub

Private Sub ArcLog(ByVal action As String, ByVal channel As String)
    Dim said As String, customer As String
    customer = ArcContext.ArcCustomer()
    If ArcContext.ArcOnAccount() And ArcForm.ArcFilled("log") Then
        ArcLogForm channel
    ElseIf channel = "Call" Then
        If ArcNeeded("What came of the call with " & customer & "?" & vbLf & vbLf & _
            "Such as: Spoke, Left voicemail, No answer, Promised to pay, Disputes it.", "Log call", said) Then
            ArcAsk action, ArcWith(ArcCustomerField(), "outcome", said), "Log call"
        End If
    ElseIf ArcNeeded("What did the text to " & customer & " say?", "Log text", said) Then
        ArcAsk action, ArcWith(ArcCustomerField(), "notes", said), "Log text"
    End If
End Sub

Private Sub ArcLogForm(ByVal channel As String)
    Dim how As String
    how = ArcForm.ArcEntered("log", "How")
    If how = "" Then
        If Not ArcForm.ArcEnter("log", "How", channel) Then Exit Sub
    ElseIf how <> channel Then
        ArcExcel.ArcTell "The form says " & how & " in How. Change it to " & channel & ", or pick Save in Then and press Sync now."
        Exit Sub
    End If
    ArcSave "log", "Save", "Log " & LCase$(channel)
End Sub

' Has a block of the form carried out.
Private Sub ArcSave(ByVal block As String, ByVal choice As String, ByVal button As String)
    If ArcForm.ArcEnter(block, "Then", choice) Then ArcAsk "form", "", button
End Sub

' The words come into the form on Account, where they can be read and edited.
Private Sub ArcCompose()
    Dim customer As String
    customer = ArcContext.ArcCustomer()
    If ArcForm.ArcPicked() <> customer And ArcForm.ArcFilled("message") Then
        ArcExcel.ArcTell "The form on Account holds a message to " & ArcForm.ArcPicked() & ". Send it or clear it first."
    ElseIf ArcForm.ArcShow(customer) Then
        ArcSave "message", "Preview", "Compose"
    End If
End Sub

' Only what stands in the form goes out, and only when a person has seen it there.
Private Sub ArcSend()
    Dim channel As String
    If Not ArcContext.ArcOnAccount() Or ArcForm.ArcEntered("message", "Text") = "" Then
        ArcCompose
        Exit Sub
    End If
    channel = LCase$(ArcForm.ArcEntered("message", "Send as"))
    If channel = "" Then channel = "email"
    If ArcExcel.ArcConfirmed("Send the " & channel & " to " & ArcForm.ArcPicked() & " as it stands in the form?", "Send") Then
        ArcSave "message", "Send", "Send"
    End If
End Sub

Private Sub ArcPayment()
    Dim amount As String, onDay As String, applied As String, fields As String
    If Not ArcNeeded("How much did " & ArcWho() & " pay?" & ArcOwed(), "Record payment", amount) Then Exit Sub
    If Not ArcExcel.ArcQuestion("On which day, such as 2026-11-30? Blank: today.", "Record payment", onDay) Then Exit Sub
    fields = ArcWith(ArcWith(ArcCustomerField(), "amount", amount), "date", onDay)
    If Not ArcContext.ArcOnInvoices() Then
        If Not ArcExcel.ArcQuestion("For which invoices? Numbers with commas between them. Blank: it is not applied yet.", _
            "Record payment", applied) Then Exit Sub
        fields = ArcWith(fields, "applied_to", applied)
    End If
    ArcAsk "record_payment", fields, "Record payment"
End Sub

Private Sub ArcPromise()
    Dim amount As String, onDay As String
    If ArcContext.ArcOnAccount() And ArcForm.ArcFilled("promise") Then
        ArcSave "promise", "Save", "Promise"
        Exit Sub
    End If
    If Not ArcExcel.ArcQuestion("How much did " & ArcWho() & " promise to pay? Blank: all that is owed." & ArcOwed(), _
        "Promise", amount) Then Exit Sub
    If Not ArcNeeded("By which day, such as 2026-11-30?", "Promise", onDay) Then Exit Sub
    ArcAsk "take_promise", ArcWith(ArcWith(ArcCustomerField(), "amount", amount), "date", onDay), "Promise"
End Sub

Private Sub ArcDispute()
    Dim invoice As String, reason As String, amount As String, fields As String
    If ArcContext.ArcOnAccount() And ArcForm.ArcFilled("dispute") Then
        ArcSave "dispute", "Save", "Dispute"
        Exit Sub
    End If
    If Not ArcContext.ArcOnInvoices() Then
        If Not ArcNeeded("Which invoice of " & ArcContext.ArcCustomer() & " is contested? Its number.", "Dispute", invoice) Then Exit Sub
    End If
    If Not ArcChosen("Why is it contested?", "Dispute", ArcReasons(), reason) Then Exit Sub
    If Not ArcExcel.ArcQuestion("How much of it? Blank: all of the invoice.", "Dispute", amount) Then Exit Sub
    fields = ArcWith(ArcWith(ArcWith("", "invoice", invoice), "reason", reason), "amount", amount)
    ArcAsk "raise_dispute", fields, "Dispute"
End Sub

' As the list in the workbook has them.
Private Function ArcReasons() As Variant
    ArcReasons = Array("Short delivery", "Price differs from PO", "Damaged goods", "Wrong VAT", "Duplicate", "Other")
End Function

' One of several, by its number or its first letters; asked again until it is one of them, or Cancel.
Private Function ArcChosen(ByVal prompt As String, ByVal title As String, ByVal choices As Variant, ByRef chosen As String) As Boolean
    Dim i As Long, listed As String, answer As String
    For i = LBound(choices) To UBound(choices)
        listed = listed & vbLf & CStr(i - LBound(choices) + 1) & "  " & choices(i)
    Next i
    Do While ArcExcel.ArcQuestion(prompt & " A number of the list, or the first letters." & vbLf & listed, title, answer)
        For i = LBound(choices) To UBound(choices)
            If answer = CStr(i - LBound(choices) + 1) Or (answer <> "" And InStr(1, choices(i), answer, vbTextCompare) = 1) Then
                chosen = choices(i)
                ArcChosen = True
                Exit Function
            End If
        Next i
    Loop
End Function

' Whom or what a question is about.
Private Function ArcWho() As String
    ArcWho = ArcContext.ArcCustomer()
    If ArcContext.ArcOnInvoices() Then ArcWho = ArcWho & " for " & ArcTable.ArcCell("Number")
End Function

' What the selected invoice owes, as a line of a question.
Private Function ArcOwed() As String
    If ArcContext.ArcOnInvoices() And ArcTable.ArcCell("Balance") <> "" Then
        ArcOwed = vbLf & vbLf & "It owes " & ArcTable.ArcCell("Cur") & " " & ArcTable.ArcCell("Balance") & "."
    End If
End Function

Private Sub ArcDecide(ByVal action As String, ByVal button As String)
    Dim rows As String, many As Long
    rows = ArcContext.ArcSelected()
    many = UBound(Split(rows, "; ")) + 1
    If many > ArcContext.ArcMostRows Then
        ArcExcel.ArcTell "Select at most " & CStr(ArcContext.ArcMostRows) & " reminders at a time."
        Exit Sub
    End If
    If action = "approve_reminders" Then
        If Not ArcExcel.ArcConfirmed("Approve " & ArcText.ArcMany(many, "reminder") & "? What is approved goes out when its hour comes.", _
            "Approve") Then Exit Sub
    End If
    ArcAsk action, ArcWith("", "rows", rows), button
End Sub
