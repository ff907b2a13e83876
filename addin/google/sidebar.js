/** What the pages are, and what they may ask the server for: the six functions whose names begin with `sidebar`. */

/** @type {Omit<Opening, 'book'>} */
const JUST_LOOK = { form: '', preset: {}, compose: false, call: false };

/**
 * Opens Details beside the sheet.
 * @param {Partial<Opening>} [opening]
 */
function openSidebar_(opening = {}) {
  const whole = { book: kept_().book || '', ...JUST_LOOK, ...opening };
  const page = page_('page', { opening: JSON.stringify(whole), forms: JSON.stringify(FORMS) });
  SpreadsheetApp.getUi().showSidebar(page.setTitle('ARC Details'));
}

/**
 * Shows what becomes of a request that the menu made, in a small box that does not hold up the sheet.
 * @param {Asked} asked
 * @param {string} title
 */
function openAnswer_(asked, title) {
  const page = page_('box', { asked: JSON.stringify(asked) });
  SpreadsheetApp.getUi().showModelessDialog(page.setWidth(360).setHeight(150), title);
}

/**
 * Returns a page with values that its template writes into attributes, where Google escapes them.
 * @param {string} name
 * @param {Record<string, string>} values
 */
function page_(name, values) {
  return Object.assign(HtmlService.createTemplateFromFile(name), values).evaluate();
}

/**
 * Returns a part of a page: style or script.
 * @param {string} name
 */
function include_(name) {
  return HtmlService.createHtmlOutputFromFile(name).getContent();
}

/**
 * Returns the Details of a customer, or without a name those of the row that is selected.
 * @param {string} name
 * @returns {Shown | Trouble}
 */
function sidebarShow(name) {
  return told_(() => {
    const now = Date.now();
    const selection = selection_();
    const agent = agentState_(kept_(), now);
    const details = detailsOf_(name || selection.customer, table_('customers'), now);
    return { details, selection, agent, user: knownUser_() };
  });
}

/** Lets the agent know that somebody is here, so that it looks for requests more often. */
function sidebarUse() {
  return told_(() => noteUse_());
}

/** Returns the names of all customers. */
function sidebarNames() {
  return told_(() => namesOf_(table_('customers')));
}

/**
 * Puts a request into the queue; the same one twice is one.
 * @param {Asked} asked
 */
function sidebarAsk(asked) {
  return told_(() => {
    const now = Date.now();
    enqueue_(asked, now);
    return agentState_(kept_(), now);
  });
}

/**
 * Returns the answer to a request, if there is one, and whether one is to be expected.
 * @param {string} request
 * @returns {Heard | Trouble}
 */
function sidebarHear(request) {
  return told_(() => ({ answer: answerTo_(request), agent: agentState_(kept_(), Date.now()) }));
}

/**
 * Keeps the name of whoever is clicking.
 * @param {string} name
 */
function sidebarName(name) {
  return told_(() => keepUser_(name));
}
