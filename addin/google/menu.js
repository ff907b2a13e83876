/** The menu ARC. Its items are those of the ribbon in Excel; what needs words opens Details at the right form. */

/** Every group with its items: what stands there, and the function that it runs. */
const MENU = [
  { title: 'Customer', items: [
    ['Details', 'menuDetails'],
    ['Open account', 'menuOpenAccount'],
    ['Call', 'menuCall'],
    ['Log call', 'menuLogCall'],
    ['Log text', 'menuLogText'],
    ['Compose', 'menuCompose'],
    ['Send', 'menuSend'],
  ] },
  { title: 'Money', items: [
    ['Record payment', 'menuPayment'],
    ['Promise', 'menuPromise'],
    ['Dispute', 'menuDispute'],
  ] },
  { title: 'Reminders', items: [
    ['Plan', 'menuPlan'],
    ['Approve selected', 'menuApprove'],
    ['Skip selected', 'menuSkip'],
  ] },
  { title: 'Refresh', items: [
    ['Aging', 'menuAging'],
    ['KPIs', 'menuKpis'],
    ['Sync now', 'menuSync'],
  ] },
  { title: '', items: [
    ['Issues', 'menuIssues'],
    ['Status', 'menuStatus'],
    ['Your name', 'menuName'],
    ['Help', 'menuHelp'],
  ] },
];

/** Puts the menu up whenever somebody opens the spreadsheet; this must need no permission. */
function onOpen() {
  const ui = SpreadsheetApp.getUi();
  const menu = ui.createMenu('ARC');
  for (const { title, items } of MENU) {
    const part = title ? ui.createMenu(title) : menu.addSeparator();
    for (const [label, handler] of items) part.addItem(label, handler);
    if (title) menu.addSubMenu(part);
  }
  menu.addToUi();
}

// -- customer and money: with words, in Details ----------------------------------------------------------------

function menuDetails() {
  alerting_(() => openSidebar_());
}

function menuCall() {
  alerting_(() => openSidebar_({ form: 'log', preset: { channel: 'Call' }, call: true }));
}

function menuLogCall() {
  alerting_(() => openSidebar_({ form: 'log', preset: { channel: 'Call' } }));
}

function menuLogText() {
  alerting_(() => openSidebar_({ form: 'log', preset: { channel: 'Text' } }));
}

function menuCompose() {
  alerting_(() => openSidebar_({ form: 'message', compose: true }));
}

function menuSend() {
  alerting_(() => openSidebar_({ form: 'message' }));
}

function menuPayment() {
  alerting_(() => openSidebar_({ form: 'payment' }));
}

function menuPromise() {
  alerting_(() => openSidebar_({ form: 'promise' }));
}

function menuDispute() {
  alerting_(() => openSidebar_({ form: 'dispute' }));
}

// -- at once ---------------------------------------------------------------------------------------------------

function menuOpenAccount() {
  alerting_(() => {
    const { customer } = selection_();
    if (!customer) throw new Sentence('Select the row of a customer, an invoice or anything else of theirs first.');
    ask_('open_account', { customer }, `Account of ${customer}`);
  });
}

function menuPlan() {
  alerting_(() => ask_('plan_reminders', {}, 'Reminders'));
}

function menuApprove() {
  alerting_(() => decide_('approve_reminders', 'Approve'));
}

function menuSkip() {
  alerting_(() => decide_('skip_reminders', 'Skip'));
}

function menuAging() {
  alerting_(() => ask_('refresh_aging', {}, 'Aging'));
}

function menuKpis() {
  alerting_(() => ask_('refresh_kpis', {}, 'KPIs'));
}

function menuSync() {
  alerting_(() => ask_('sync_now', {}, 'Sync'));
}

/**
 * Asks the agent for something and shows what becomes of it.
 * @param {string} action
 * @param {Record<string, string>} fields
 * @param {string} title
 */
function ask_(action, fields, title) {
  kept_();
  if (!knownUser_() && !askUser_()) return;
  const { tab, row } = selection_();
  const asked = { request: Utilities.getUuid(), action, tab, row, fields };
  enqueue_(asked, Date.now());
  openAnswer_(asked, title);
}

/**
 * Decides on the selected reminders; about several it asks first.
 * @param {string} action
 * @param {string} verb
 */
function decide_(action, verb) {
  const ids = selectedReminders_();
  const ui = SpreadsheetApp.getUi();
  const sure = ids.length === 1 || ui.alert('ARC', `${verb} ${ids.length} reminders?`, ui.ButtonSet.YES_NO) === ui.Button.YES;
  if (sure) ask_(action, { rows: ids.join('; ') }, 'Reminders');
}

// -- what the menu shows by itself -----------------------------------------------------------------------------

function menuIssues() {
  alerting_(() => {
    const sheet = SpreadsheetApp.getActiveSpreadsheet().getSheetByName(ISSUES);
    if (!sheet) throw new Sentence(`The tab ${ISSUES} is missing; ARC puts it back with the next sync.`);
    sheet.activate();
  });
}

function menuStatus() {
  alerting_(() => {
    const ui = SpreadsheetApp.getUi();
    ui.alert('ARC: status', statusOf_(Date.now()).join('\n'), ui.ButtonSet.OK);
  });
}

function menuName() {
  alerting_(() => {
    askUser_();
  });
}

function menuHelp() {
  const ui = SpreadsheetApp.getUi();
  ui.alert('ARC: help', HELP.join('\n\n'), ui.ButtonSet.OK);
}
