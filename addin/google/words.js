/**
 * What menu, book and agent call things. Everything here is declared a first time in Python (`arc_sheets/tabs.py`,
 * `books/form.py`, `agent/actions/requests.py`); tests/test_menu_contract.py holds the two against each other.
 */

/** Of requests and answers; the agent has one as well. */
const PROTOCOL = 1;
const VERSION = '0.1.0';

const HIDDEN = '_ARC';
const QUEUE = '_ARC_QUEUE';
const RESULTS = '_ARC_RESULTS';
const QUEUE_HEADERS = ['Request', 'When', 'User', 'Action', 'Payload', 'State'];
const RESULT_HEADERS = ['Request', 'When', 'Done', 'Sentence', 'Shown'];
/** Where the queue says when a sidebar was last in use, so that the agent looks more often. */
const IN_USE = 'H1';

const ID_HEADER = 'ARC id';
const ACCOUNT = 'Account';
const ISSUES = 'Issues';
/** The cell of Account where a person picks the customer. */
const PICKER = 'B2';

/** The record tabs that Details is read from: the headers of the columns, by the ledger's names. */
const TABS = {
  customers: {
    title: 'Customers',
    columns: {
      name: 'Name', contact: 'Contact', email: 'Email', cc: 'Cc', phone: 'Phone', prefers: 'Prefers',
      terms: 'Terms, days', currency: 'Currency', do_not_contact: 'Do not contact', notes: 'Notes',
      open: 'Open', overdue: 'Overdue', risk: 'Risk',
    },
  },
  invoices: {
    title: 'Invoices',
    columns: {
      number: 'Number', customer: 'Customer', due: 'Due', currency: 'Cur', status: 'Status',
      balance: 'Balance', days_overdue: 'Days overdue',
    },
  },
  payments: {
    title: 'Payments',
    columns: {
      date: 'Date', customer: 'Customer', amount: 'Amount', currency: 'Currency', type: 'Type',
      reference: 'Reference', applied_to: 'Applied to',
    },
  },
  activity: {
    title: 'Activity',
    columns: {
      when: 'When', customer: 'Customer', channel: 'How', direction: 'Direction', contact: 'With',
      outcome: 'Outcome', reason: 'Why not paid', notes: 'Notes', by: 'By',
    },
  },
  promises: {
    title: 'Promises',
    columns: {
      customer: 'Customer', invoice: 'Invoice', amount: 'Amount', currency: 'Currency', date: 'By',
      plan: 'Plan', given: 'Given', state: 'State',
    },
  },
  disputes: {
    title: 'Disputes',
    columns: {
      invoice: 'Invoice', amount: 'Amount', currency: 'Currency', reason: 'Reason', owner: 'Owner',
      opened: 'Opened', resolved: 'Resolved', resolution: 'Resolution', customer: 'Customer',
    },
  },
  reminders: {
    title: 'Reminders',
    columns: { decision: 'Decision', customer: 'Customer', status: 'Status' },
  },
};

/** Every request that menu or sidebar may make. */
const ACTIONS = [
  'open_account', 'log_call', 'log_text', 'log_email', 'log_letter', 'log_meeting', 'log_note',
  'take_promise', 'agree_plan', 'raise_dispute', 'record_payment', 'compose_message', 'send_message',
  'plan_reminders', 'approve_reminders', 'skip_reminders', 'refresh_aging', 'refresh_kpis', 'sync_now',
];
