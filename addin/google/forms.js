/**
 * The forms of the sidebar, declared once: the page draws them, and a field has the name that a request gives it.
 * Labels, choices and hints are those of the form on the Account tab (`books/form.py`).
 */

const CHANNELS = ['Call', 'Text', 'Email', 'Meeting', 'Letter', 'Note'];
const DIRECTIONS = ['Out', 'In'];
const REASONS = [
  'Cash flow', 'Approval pending', 'Invoice not received', 'Waiting for goods', 'Disputed', 'Says it is paid', 'Other',
];
const DISPUTE_REASONS = ['Short delivery', 'Price differs from PO', 'Damaged goods', 'Wrong VAT', 'Duplicate', 'Other'];
const PAYMENT_TYPES = ['payment', 'credit note', 'write-off', 'refund'];
const STAGES = ['Courtesy', 'Friendly', 'Firm', 'Call', 'Statement', 'Final notice', 'Agency review'];
const OUTCOMES = [
  'Spoke', 'Left voicemail', 'No answer', 'Promised to pay', 'Disputes it', 'Asked for a copy', 'Wrong contact',
];
const NEXT_STEPS = ['Call', 'Text', 'Email', 'Wait', 'Escalate'];

const NUMBERS_HINT = 'Numbers with commas between them.';

/** @type {Record<FormName, Form>} */
const FORMS = {
  log: {
    title: 'Log a call, text or email',
    button: 'Log it',
    first: 'outcome',
    fields: [
      { name: 'channel', label: 'How', kind: 'choice', choices: CHANNELS, needed: true, half: true },
      { name: 'direction', label: 'Direction', kind: 'choice', choices: DIRECTIONS, half: true },
      { name: 'contact', label: 'With', kind: 'text', hint: "Blank: the customer's contact." },
      { name: 'outcome', label: 'Outcome', kind: 'text', usual: OUTCOMES },
      { name: 'reason', label: 'Why not paid', kind: 'choice', choices: REASONS },
      { name: 'invoices', label: 'Invoices', kind: 'text', hint: NUMBERS_HINT },
      { name: 'notes', label: 'Note', kind: 'note' },
      { name: 'next_step', label: 'Next step', kind: 'text', usual: NEXT_STEPS, half: true },
      { name: 'next_on', label: 'On', kind: 'day', half: true },
    ],
  },
  message: {
    title: 'Write a message',
    button: 'Send',
    first: 'stage',
    fields: [
      { name: 'channel', label: 'Send as', kind: 'choice', choices: ['Email', 'Text'], needed: true, half: true },
      { name: 'stage', label: 'Template', kind: 'choice', choices: STAGES, half: true, hint: 'Blank: the one whose turn it is.' },
      { name: 'subject', label: 'Subject', kind: 'text' },
      { name: 'body', label: 'Text', kind: 'note', rows: 10, needed: true },
    ],
  },
  promise: {
    title: 'Take a promise',
    button: 'Save the promise',
    first: 'date',
    fields: [
      { name: 'invoices', label: 'Invoices', kind: 'text', hint: `${NUMBERS_HINT} Blank: all that is overdue.` },
      { name: 'amount', label: 'Amount', kind: 'amount', hint: 'Blank: all that these invoices owe.' },
      { name: 'date', label: 'Pay by', kind: 'day', needed: true, half: true },
      { name: 'instalments', label: 'Instalments', kind: 'count', half: true, hint: 'More than 1: in parts, month by month.' },
    ],
  },
  dispute: {
    title: 'Raise a dispute',
    button: 'Save the dispute',
    first: 'invoice',
    fields: [
      { name: 'invoice', label: 'Invoice', kind: 'invoice', needed: true },
      { name: 'amount', label: 'Amount', kind: 'amount', hint: 'What is contested. Blank: all of the invoice.' },
      { name: 'reason', label: 'Reason', kind: 'choice', choices: DISPUTE_REASONS },
      { name: 'owner', label: 'Owner', kind: 'text', hint: 'Who is to settle it.' },
    ],
  },
  payment: {
    title: 'Record a payment',
    button: 'Record it',
    first: 'amount',
    fields: [
      { name: 'amount', label: 'Amount', kind: 'amount', needed: true, half: true },
      { name: 'date', label: 'Date', kind: 'day', hint: 'Blank: today.', half: true },
      { name: 'type', label: 'Type', kind: 'choice', choices: PAYMENT_TYPES, hint: 'Blank: a payment.', half: true },
      { name: 'method', label: 'Method', kind: 'text', half: true },
      { name: 'reference', label: 'Reference', kind: 'text' },
      { name: 'applied_to', label: 'Applied to', kind: 'text', hint: `${NUMBERS_HINT} Blank: not applied yet.` },
    ],
  },
};
