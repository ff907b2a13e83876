"""The record tabs of the workbook, each declared once. Report tabs are drawn from figures, not declared."""

from __future__ import annotations

from typing import Final

from arc_sheets.tab import Column, Kind, Owner, Tab

C = Column
LEDGER, SHEET, BOTH = Owner.LEDGER, Owner.SHEET, Owner.BOTH

CHANNELS: Final = ("Call", "Text", "Email", "Meeting", "Letter", "Note")
REASONS: Final = (
    "Cash flow",
    "Approval pending",
    "Invoice not received",
    "Waiting for goods",
    "Disputed",
    "Says it is paid",
    "Other",
)
DISPUTE_REASONS: Final = (
    "Short delivery",
    "Price differs from PO",
    "Damaged goods",
    "Wrong VAT",
    "Duplicate",
    "Other",
)
STATUSES: Final = ("open", "disputed", "on plan", "written off", "agency", "void")
PAYMENT_TYPES: Final = ("payment", "credit note", "write-off", "refund", "void")
STAGES: Final = (
    "Courtesy",
    "Friendly",
    "Firm",
    "Call",
    "Statement",
    "Final notice",
    "Agency review",
)
#: What a person may decide about a reminder; the last two settle one that may or may not have arrived.
DECISIONS: Final = ("Approve", "Skip", "Send again", "It went")
#: What became of a reminder. Proposed and held wait for a decision, to do is a person's task (a call, a review);
#: not planned says why not; unknown may or may not have arrived; withdrawn no longer holds; the rest speak for themselves.
REMINDER_STATES: Final = (
    *("proposed", "held", "to do", "not planned", "skipped", "withdrawn"),
    *("queued", "sent", "drafted", "failed", "unknown", "done"),
)
YES_NO: Final = ("yes", "no")


def _computed(name: str, header: str, kind: Kind, width: float = 0) -> Column:
    return Column(name, header, kind, LEDGER, computed=True, width=width)


CUSTOMERS: Final = Tab(
    "customers",
    "Customers",
    key="name",
    columns=(
        C("name", "Name", Kind.TEXT, BOTH, required=True, width=24),
        C("contact", "Contact", width=15),
        C("email", "Email", width=26),
        C("cc", "Cc", width=20),
        C("phone", "Phone", width=17),
        C("prefers", "Prefers", Kind.CHOICE, choices=("Email", "Phone", "Text", "Letter"), width=11),
        C("language", "Language", width=11),
        C("time_zone", "Time zone", width=18),
        C("quiet_hours", "Quiet hours", width=13),
        C("terms", "Terms, days", Kind.NUMBER, BOTH, width=10),
        C("currency", "Currency", Kind.CODE, BOTH, required=True, width=11),
        C("credit_limit", "Credit limit", Kind.MONEY),
        C("do_not_contact", "Do not contact", Kind.NOTE, width=20),
        C("collector", "Collector", width=13),
        C("payment_link", "Payment link", width=22),
        C("notes", "Notes", Kind.NOTE),
        _computed("open", "Open", Kind.MONEY),
        _computed("overdue", "Overdue", Kind.MONEY),
        _computed("risk", "Risk", Kind.NUMBER, 7.5),
        _computed("last_touch", "Last touch", Kind.DATE),
    ),
    sentence="One row a customer. Figures are in the customer's own currency.",
    empty="No customers yet. Import a list, or type the first one here.",
)

INVOICES: Final = Tab(
    "invoices",
    "Invoices",
    key="number",
    columns=(
        C("number", "Number", Kind.TEXT, BOTH, required=True, width=13),
        C("customer", "Customer", Kind.TEXT, BOTH, required=True, refers="customers", width=23),
        C("issued", "Issued", Kind.DATE, BOTH, required=True),
        C("due", "Due", Kind.DATE, BOTH, required=True),
        C("currency", "Cur", Kind.CODE, BOTH, required=True, width=7.5),
        C("amount", "Amount", Kind.MONEY, BOTH, required=True),
        C("po", "PO", Kind.TEXT, BOTH, width=11),
        C("status", "Status", Kind.CHOICE, BOTH, required=True, choices=STATUSES, width=11),
        C("hold_reminders", "Hold reminders", Kind.CHOICE, choices=YES_NO, width=11.5),
        C("expected", "Expected", Kind.DATE),
        C("notes", "Notes", Kind.NOTE),
        _computed("paid", "Paid", Kind.MONEY),
        _computed("balance", "Balance", Kind.MONEY),
        _computed("days_overdue", "Days overdue", Kind.NUMBER, 11),
        _computed("bucket", "Bucket", Kind.TEXT, 10),
    ),
    sentence="One row an invoice. A settled invoice fades; over 90 days stands out.",
    empty="No invoices yet. Import an export of your ledger, or type the first one here.",
)

PAYMENTS: Final = Tab(
    "payments",
    "Payments",
    columns=(
        C("date", "Date", Kind.DATE, BOTH, required=True),
        C("customer", "Customer", Kind.TEXT, BOTH, required=True, refers="customers", width=25),
        C("amount", "Amount", Kind.MONEY, BOTH, required=True),
        C("currency", "Currency", Kind.CODE, BOTH, required=True, width=11),
        C("type", "Type", Kind.CHOICE, BOTH, required=True, choices=PAYMENT_TYPES, width=13),
        C("method", "Method", Kind.TEXT, BOTH),
        C("reference", "Reference", Kind.TEXT, BOTH, width=14),
        C("applied_to", "Applied to", Kind.TEXT, BOTH, refers="invoices", many=True, width=22),
        _computed("unapplied", "Unapplied", Kind.MONEY),
    ),
    sentence="Money in, credit notes and write-offs. What is not applied stands in Unapplied and in Aging.",
    empty="No payments yet. Import them, or type the first one here.",
)

ACTIVITY: Final = Tab(
    "activity",
    "Activity",
    columns=(
        C("when", "When", Kind.TIME, required=True),
        C("customer", "Customer", required=True, refers="customers", width=25),
        C("channel", "How", Kind.CHOICE, required=True, choices=CHANNELS, width=10),
        C("direction", "Direction", Kind.CHOICE, choices=("Out", "In"), width=11),
        C("contact", "With", width=16),
        C("invoices", "Invoices"),
        C("outcome", "Outcome", Kind.NOTE, width=30),
        C("reason", "Why not paid", Kind.CHOICE, choices=REASONS, width=18),
        C("notes", "Notes", Kind.NOTE, width=30),
        C("next_step", "Next step", width=12),
        C("next_on", "On", Kind.DATE),
        C("by", "By", width=12),
    ),
    sentence="Every call, text, email, letter and meeting.",
    empty="No touches yet. Type the first one here.",
)

PROMISES: Final = Tab(
    "promises",
    "Promises",
    columns=(
        C("customer", "Customer", Kind.TEXT, BOTH, required=True, refers="customers", width=25),
        C("invoice", "Invoice", Kind.TEXT, BOTH, refers="invoices"),
        C("amount", "Amount", Kind.MONEY, required=True),
        C("currency", "Currency", Kind.CODE, BOTH, required=True, width=10),
        C("date", "By", Kind.DATE, required=True),
        C("plan", "Plan", width=10),
        C("given", "Given", Kind.DATE),
        _computed("state", "State", Kind.TEXT, 11),
    ),
    sentence="Promises to pay. ARC marks them kept or broken from the payments.",
    empty="No promises yet. Type the first one here.",
)

DISPUTES: Final = Tab(
    "disputes",
    "Disputes",
    columns=(
        C("invoice", "Invoice", Kind.TEXT, BOTH, required=True, refers="invoices"),
        C("amount", "Amount", Kind.MONEY),
        C("currency", "Currency", Kind.CODE, BOTH, required=True, width=10),
        C("reason", "Reason", Kind.CHOICE, choices=DISPUTE_REASONS, width=22),
        C("owner", "Owner", width=13),
        C("opened", "Opened", Kind.DATE, required=True),
        C("resolved", "Resolved", Kind.DATE),
        C("resolution", "Resolution", Kind.NOTE, width=34),
        _computed("customer", "Customer", Kind.TEXT, 25),
    ),
    sentence="Contested invoices. They are not chased until resolved, and stay in the figures.",
    empty="No disputes.",
)

REMINDERS: Final = Tab(
    "reminders",
    "Reminders",
    columns=(
        C("decision", "Decision", Kind.CHOICE, choices=DECISIONS, width=13),
        C("customer", "Customer", Kind.TEXT, LEDGER, required=True, refers="customers", width=24),
        C("stage", "Stage", Kind.CHOICE, LEDGER, required=True, choices=STAGES, width=13),
        C("channel", "How", Kind.CHOICE, LEDGER, choices=CHANNELS, width=9),
        C("to", "To", Kind.TEXT, LEDGER, width=27),
        C("invoices", "Invoices", Kind.NOTE, LEDGER, refers="invoices", many=True, width=24),
        C("amount", "Amount", Kind.MONEY, LEDGER),
        C("currency", "Cur", Kind.CODE, LEDGER, required=True, width=7),
        C("why", "Why, or why not", Kind.NOTE, LEDGER, width=50),
        C("status", "Status", Kind.CHOICE, LEDGER, choices=REMINDER_STATES, width=12),
        C("planned", "Planned", Kind.DATE, LEDGER),
        C("sent", "Sent", Kind.TIME, LEDGER),
        C("subject", "Subject", width=34, closed=("status", "sent")),
        C("body", "Message", width=60, closed=("status", "sent")),
    ),
    sentence="What ARC proposes to send, and whom it leaves alone. Edit subject and message as you like; nothing is sent before you approve.",
    empty="No reminders wait for a decision.",
)

TEMPLATES: Final = Tab(
    "templates",
    "Templates",
    columns=(
        C("stage", "Stage", Kind.CHOICE, required=True, choices=STAGES, width=13),
        C(
            "channel",
            "Channel",
            Kind.CHOICE,
            required=True,
            choices=("Email", "Text", "Letter", "Call", "Note"),
            width=10,
        ),
        C("language", "Language", required=True, width=11),
        C("subject", "Subject", Kind.NOTE, width=40),
        C("body", "Body", Kind.NOTE, required=True, width=86),
    ),
    sentence="The words ARC sends. Double braces are filled in for each customer.",
    empty="No templates yet.",
)

#: In the order of the merge: a tab comes after those it refers to.
RECORD_TABS: Final = (CUSTOMERS, INVOICES, PAYMENTS, ACTIVITY, PROMISES, DISPUTES, REMINDERS, TEMPLATES)
BY_NAME: Final = {tab.name: tab for tab in RECORD_TABS}

#: The sheets of a book, in order.
SHEETS: Final = (
    "Home",
    "Worklist",
    "Account",
    "Customers",
    "Invoices",
    "Payments",
    "Activity",
    "Promises",
    "Disputes",
    "Reminders",
    "Templates",
    "Aging",
    "KPIs",
    "Issues",
    "_ARC",
)
