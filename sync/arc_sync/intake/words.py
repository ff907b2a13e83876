"""The words that accounting systems use: headers, statuses, types, totals.

Headers are compared after `plain()`: "*InvoiceNumber", "Invoice #" and "Invoice No." are close relatives.
Sources: export files of QuickBooks (Online and Desktop), Xero, Sage (50, Accounting), FreshBooks and Zoho
Books as their import guides and public parsers show them; German, French, Spanish, Italian and Dutch by
common use.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arc_sync.intake.model import What

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CURRENCY_NOTE = re.compile(r"[(\[]\s*[A-Za-z$€£¥]{1,3}\s*[)\]]\s*$")


def plain(header: str) -> str:
    """Return a header in its plain form: "*InvoiceNumber" is "invoice number", "P.O. #" is "p o number"."""
    text = _CURRENCY_NOTE.sub("", header.replace("\ufeff", ""))
    text = _CAMEL.sub(" ", text.replace("#", " number "))
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _fields(**names: str) -> Mapping[str, tuple[str, ...]]:
    return {field: tuple(" ".join(n.split()) for n in text.split("|")) for field, text in names.items()}


_CUSTOMER = (
    "customer name|customer full name|customer|client name|client|contact name|contact|debtor name|debtor|"
    "bill to name|bill to|billed to|account name|company name|company|organization|name|customer id|"
    "customer number|customer no|customer code|client id|account ref|account reference|account|a c|"
    "kunde|kundenname|kundennummer|debitor|firma|client nom|nom du client|cliente|nombre del cliente|"
    "nome cliente|klant|klantnaam|debiteur"
)
_CURRENCY = (
    "currency|currency code|cur|ccy|transaction currency|invoice currency|default currency|curr|"
    "wahrung|währung|waehrung|devise|monnaie|moneda|divisa"
)
_EMAIL = (
    "e mail adresse|email adresse|mailadresse|courriel|adresse e mail|adresse email|adresse mail|"
    "correo electrónico|correo electronico|correo"
)
_PHONE = (
    "telefon|telefonnummer|telefonnr|telefon nr|tel|tel nr|rufnummer|téléphone|numéro de téléphone|"
    "numero de telephone|n de téléphone|nº de téléphone|tél|teléfono|telefono|número de teléfono|numero de telefono|"
    "nº de teléfono|n de teléfono"
)
_MOBILE = (
    "mobiltelefon|mobilnummer|mobil|handynummer|handy|téléphone portable|téléphone mobile|portable|"
    "teléfono móvil|móvil|movil"
)
_COMPANY = (
    "kundenname|firmenname|firma|raison sociale|nom du client|client nom|razón social|razon social|"
    "nombre del cliente"
)
#: In German, French, Spanish, Italian and Dutch.
_INVOICE_NUMBER = (
    "rechnungsnummer|rechnungsnr|rechnungs nr|rechnung nr|rechnung|numero de facture|numéro de facture|"
    "n facture|facture n|facture|número de factura|numero de factura|n factura|nº factura|factura|"
    "numero fattura|n fattura|nr fattura|fattura|factuurnummer|factuurnr|factuur nr|factuur|"
    "belegfeld 1|belegnummer|beleg nr|beleg"
)
_AMOUNT = "montant|importe|monto|importo|bedrag"
_DATE = "datum|date de paiement|fecha de pago|fecha|data pagamento|data|betaaldatum"
_TERMS = "payment terms label|payment terms|terms|terms days|due date sales day|credit days|zahlungsziel"

#: For each kind of list, its fields and the headers each is known by, the surest first.
FIELDS: Final[Mapping[What, Mapping[str, tuple[str, ...]]]] = {
    "invoices": _fields(
        number=(
            "invoice number|invoice no|invoice num|invoice nr|inv number|inv no|number|num|no|doc number|"
            "document number|document no|doc no|transaction number|transaction no|invoice|inv|inv ref|"
            f"{_INVOICE_NUMBER}|invoice id|ref no|ref number|ref|reference number|reference"
        ),
        customer=_CUSTOMER,
        issued=(
            "invoice date|inv date|date issued|issue date|issued|issued on|issued date|date of issue|transaction date|"
            "txn date|document date|doc date|date|rechnungsdatum|belegdatum|datum|date de facture|fecha de factura|"
            "fecha|data fattura|data|factuurdatum|created date"
        ),
        due=(
            "due date|date due|due|due on|net due date|payment due date|payment due|fälligkeitsdatum|"
            "faelligkeitsdatum|fälligkeit|fällig am|fällig|faellig am|échéance|date d échéance|echeance|"
            "fecha de vencimiento|vencimiento|data scadenza|scadenza|vervaldatum"
        ),
        terms=_TERMS,
        currency=_CURRENCY,
        amount=(
            "total|invoice total|inv amt|inv amount|total amount|invoice amount|invoiced amount|grand total|gross amount|gross|"
            "total incl tax|total inc vat|original amount|amount billed|billed|amount|betrag|bruttobetrag|"
            f"brutto|rechnungsbetrag|gesamtbetrag|montant ttc|{_AMOUNT}|home total"
        ),
        balance=(
            "open balance|balance due|amt due|bal due|invoice amount due|amount due|outstanding amount|amount outstanding|"
            "outstanding|o s amount|os amount|o s|open amount|amount open|remaining balance|remaining|unpaid|"
            "balance|offener betrag|offen|restbetrag|solde|reste à payer"
        ),
        paid=(
            "invoice amount paid|amount paid|paid amount|paid to date|total paid|amount received|payments|"
            "payment amount|paid|bezahlter betrag|bezahlt|montant payé"
        ),
        settled=(
            "settled date|date settled|settled on|settled|settlement date|paid date|date paid|paid on|"
            "fully paid on date|fully paid on|clear date|cleared date|closed date|date closed|bezahlt am|"
            "zahlungsdatum|payé le"
        ),
        payment_date="payment date|last payment date|date of payment|last payment",
        disputed="disputed|in dispute|is disputed|dispute|on dispute|strittig",
        po=(
            "p o number|po number|po no|purchase order number|purchase order|purchaseorder|po|p o|customer po|"
            "order number|bestellnummer|your reference|customer reference|invoice reference|reference"
        ),
        status="invoice status|status|state|payment status|statut",
        type="transaction type|txn type|document type|doc type|invoice type|type|belegart",
        notes="memo|private note|notes|note|memo description|comments|details|bemerkung|notiz",
        item=(
            "item name|item|product service|product|inventory item code|item description|qty|quantity|"
            "unit amount|unit price|rate|item price"
        ),
        line_total="line total|item total|line amount",
        email=(
            "email|email address|customer email|client email|contact email|primary contact email id|e mail|"
            f"{_EMAIL}"
        ),
        phone=f"phone|phone number|customer phone|telephone|{_PHONE}|{_MOBILE}",
    ),
    "payments": _fields(
        date=(
            "payment date|date received|received date|received on|receipt date|date paid|paid on|date|"
            f"transaction date|posting date|zahlungsdatum|zahlung am|{_DATE}"
        ),
        customer=_CUSTOMER,
        amount=(
            "payment amount|amount received|amount paid|received amount|amount|total|total amount|credit|"
            f"net received|betrag|zahlbetrag|{_AMOUNT}"
        ),
        applied=(
            "amount applied to invoice|amount applied|applied amount|invoice payment applied amount|"
            "applied to invoice amount"
        ),
        unused="unused amount|unapplied amount|unapplied|amount unused|excess amount",
        currency=_CURRENCY,
        type="transaction type|txn type|type|document type",
        method="payment method|payment mode|mode|method|pay method|payment type|deposit to|zahlungsart",
        reference=(
            "reference number|reference no|reference|ref number|ref no|ref|check number|check no|cheque number|"
            "cheque no|num|memo|verwendungszweck|référence"
        ),
        applied_to=(
            "invoice number|invoice no|invoice num|applied to|applied to invoice|paid invoice|invoice|invoices|"
            f"{_INVOICE_NUMBER}"
        ),
        id=(
            "payment number|payment no|payment id|receipt number|receipt no|customer payment id|customerpayment id|"
            "transaction id|payment reference number|zahlungsnummer"
        ),
        status="status|payment status|state",
    ),
    "customers": _fields(
        name=(
            "display name|customer full name|customer name|customer|client name|client|account name|organization|"
            f"organisation|company name|company|{_COMPANY}|name|kunde|cliente|nom|nombre|debtor|contact name|"
            "account reference|account ref"
        ),
        contact=(
            "primary contact|contact person|contact name|contact|attention|attn|full name|ansprechpartner|"
            "ansprechpartnerin|ansprechperson|kontaktperson|personne de contact|interlocuteur|persona de contacto|"
            "contacto"
        ),
        first="first name|firstname|vorname|given name|prénom|prenom",
        last="last name|lastname|nachname|surname|family name|nom de famille|nom|apellidos",
        email=f"email|email address|email id|e mail|e mail 1|main email|customer email|emails|mail|{_EMAIL}",
        cc="cc|cc email|email cc|e mail 2",
        phone=(
            "phone|phone number|phone numbers|telephone|telephone number|main phone|work phone|business phone|"
            f"{_PHONE}|mobile|mobile phone|{_MOBILE}"
        ),
        prefers="preferred channel|preferred contact method|preferred contact|prefers",
        language="language|preferred language|language code|sprache|langue|idioma",
        time_zone="time zone|timezone|zeitzone|fuseau horaire|zona horaria",
        quiet_hours="quiet hours|quiet times|do not disturb|ruhezeiten|ruhezeit",
        terms=(
            f"{_TERMS}|zahlungsziel tage|zahlungsziel in tagen|zahlungsfrist|délai de paiement|"
            "conditions de paiement|plazo de pago|condiciones de pago"
        ),
        currency=_CURRENCY,
        credit_limit=(
            "credit limit|credit limit amount|kreditlimit|kreditlinie|plafond de crédit|limite de crédit|"
            "encours autorisé|límite de crédito|limite de credito"
        ),
        do_not_contact="do not contact|dnc",
        collector="collector|account manager|sales person|salesperson|rep|sales rep",
        payment_link="payment link|payment url",
        notes=(
            "notes|note|memo|comments|bemerkung|bemerkungen|notiz|notizen|anmerkungen|remarque|remarques|"
            "commentaires|notas|observaciones"
        ),
    ),
}

#: Headers (plain) and title words that give a system away; the one with most of them is named.
SYSTEMS: Final[Mapping[str, frozenset[str]]] = {
    "QuickBooks": frozenset(
        "transaction type|open balance|customer full name|num|p o number|memo description|a r aging detail|"
        "a r aging detail report|open invoices|main phone|main email|bill from|txn date|product service".split(
            "|"
        )
    ),
    "Xero": frozenset(
        "invoice amount due|invoice amount paid|branding theme|po address line1|po address line 1|"
        "inventory item code|line amount|tracking name1|account number|contact name|planned date|"
        "aged receivables detail|invoice reference|due date sales day".split("|")
    ),
    "Sage": frozenset(
        "account ref|account reference|a c|t c|o s amount|nominal code|n c|department|aged debtors|"
        "outstanding|telephone|e mail 1|bank reconciled|account name".split("|")
    ),
    "FreshBooks": frozenset(
        "client name|date issued|date paid|line subtotal|line total|organization|tax 1 type|"
        "discount percentage|invoice details".split("|")
    ),
    "Zoho": frozenset(
        "currency code|invoice status|last payment date|payment terms label|customer id|invoice id|"
        "customer payment id|customerpayment id|payment number|unused amount|mode|template name|"
        "entity discount percent|contact id|display name|email id|exchange rate|"
        "amount applied to invoice".split("|")
    ),
}

#: Columns of an aging summary: a file with these and no invoice number lists customers, not invoices.
BUCKETS: Final = re.compile(
    r"current|not (yet )?due|<?\s*\d+\s*(months?|monate)|older|(over|>)\s*\d+(\s*(days?|tage))?|\d+\s*\+|"
    r"\d+\s*(-|to|bis|and|or)\s*(\d+|over|more)(\s*(days?|tage))?(\s*(past due|overdue))?",
    re.IGNORECASE,
)

TOTAL: Final = re.compile(
    r"\s*(grand\s+)?totals?\b|\s*(zwischen|gesamt)?summe\b|\s*gesamt\b|\s*total\s+(for|général)\b|"
    r"\s*percentage of total",
    re.IGNORECASE,
)
GRAND_TOTAL: Final = re.compile(
    r"\s*(grand\s+total|totals?|summe|gesamt|gesamtsumme|total général)\s*:?\s*", re.IGNORECASE
)
TOTAL_FOR: Final = re.compile(
    r"\s*total\s+(?:for\s+)?(?P<name>.+?)(\s+with sub-?customers)?\s*", re.IGNORECASE
)
FOOTNOTE: Final = re.compile(
    r"\s*((mon|tues|wednes|thurs|fri|satur|sun)day\b|generated|printed|exported|report |as of |accrual basis|"
    r"cash basis|page \d)",
    re.IGNORECASE,
)

YES: Final = frozenset("yes y true 1 x ja oui si disputed paid wahr".split())
NO: Final = frozenset("no n false 0 nein non none falsch unpaid -".split()) | {""}

DRAFT: Final = frozenset("draft|entwurf|awaiting approval|submitted|pending approval".split("|"))
VOID: Final = frozenset(
    "void|voided|cancelled|canceled|deleted|storniert|reversed|annulled|annulé".split("|")
)
WRITTEN_OFF: Final = frozenset(
    "written off|write off|writeoff|bad debt|uncollectible|abgeschrieben".split("|")
)
PAID: Final = frozenset(
    "paid|closed|settled|paid in full|fully paid|auto paid|bezahlt|payé|deposited|paid deposited".split("|")
)
DISPUTED: Final = frozenset("disputed|in dispute|strittig".split("|"))

#: Rows of these types are owed by nobody yet, or by us.
OTHER_TYPES: Final = frozenset(
    "estimate|quote|quotation|sales order|purchase order|proforma|pro forma|bill|purchase invoice|vendor credit|"
    "expense|angebot|devis|pi|pc|pp".split("|")
)
CREDIT_TYPES: Final = frozenset(
    "credit memo|credit note|sales credit note|sales credit|credit|sc|customer credit|arcredit|accreccredit|"
    "gutschrift|avoir|acreccredit".split("|")
)
PAYMENT_TYPES: Final = frozenset(
    "payment|receipt|sales receipt on account|sr|sa|customer payment|payment received|customer receipt|"
    "payment on account|sales payment|receive payment|overpayment|prepayment|zahlung|paiement".split("|")
)
REFUND_TYPES: Final = frozenset(
    "refund|customer refund|sales refund|refund receipt|rückerstattung".split("|")
)
WRITE_OFF_TYPES: Final = frozenset("write off|writeoff|bad debt|discount".split("|"))

CURRENCY_SIGNS: Final[Mapping[str, str]] = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₺": "TRY", "₽": "RUB", "₪": "ILS", "₫": "VND",
    "₴": "UAH", "₦": "NGN", "₱": "PHP", "฿": "THB", "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD",
    "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "R$": "BRL",
}  # fmt: skip
CURRENCY_NAMES: Final[Mapping[str, str]] = {
    "us dollar": "USD", "united states dollar": "USD", "euro": "EUR", "british pound": "GBP",
    "british pound sterling": "GBP", "pound sterling": "GBP", "canadian dollar": "CAD",
    "australian dollar": "AUD", "swiss franc": "CHF", "japanese yen": "JPY", "new zealand dollar": "NZD",
    "indian rupee": "INR",
}  # fmt: skip
