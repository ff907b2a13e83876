/** Requests on their way to the agent, and its answers. Only the script appends to _ARC_QUEUE, only the agent to _ARC_RESULTS. */

/** Characters of a payload; a cell takes 50,000. */
const LONGEST = 49000;
/** How long another click is waited for, in milliseconds. */
const PATIENCE = 15000;

/**
 * Puts a request into the queue, once however often it is asked: the same id is the same request.
 * @param {Asked} asked
 * @param {number} now milliseconds
 */
function enqueue_(asked, now) {
  const kept = kept_();
  checkProtocol_(kept);
  const user = user_();
  const line = queueRow_(asked, kept.book || '', user, utc_(now));
  locked_(() => {
    const sheet = queue_();
    if (!idsOf_(sheet).includes(asked.request)) append_(sheet, line);
    sheet.getRange(IN_USE).setNumberFormat('@').setValue(utc_(now));
  });
}

/**
 * Returns the six cells of a request. None can be read as a formula: the id and the action are checked, the payload
 * begins with a brace, and the user's name, which stands whole in the payload, is kept from beginning like one.
 * @param {Asked} asked
 * @param {string} book
 * @param {string} user
 * @param {string} when
 */
function queueRow_(asked, book, user, when) {
  const { request, action, tab, row, fields } = checked_(asked);
  const payload = JSON.stringify({ protocol: PROTOCOL, request, action, book, tab, row, user, when, fields });
  if (payload.length > LONGEST) throw new Sentence('That is too long for Google Sheets, which takes 50,000 characters in a cell; shorten it.');
  return [request, when, user.replace(/^[^\p{L}\p{N}]+/u, ''), action, payload, 'NEW'];
}

/**
 * Returns what the page sent if it has the form of a request.
 * @param {Asked} asked
 */
function checked_(asked) {
  const texts = [asked.request, asked.action, asked.tab, asked.row, ...Object.values(asked.fields)];
  const known = ACTIONS.includes(asked.action) && /^[A-Za-z0-9._-]{1,64}$/.test(asked.request);
  if (!known || texts.some((text) => typeof text !== 'string')) throw new Sentence('This is no request that ARC knows; close the sidebar and open it again.');
  return asked;
}

/**
 * Appends a row as text.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {string[]} line
 */
function append_(sheet, line) {
  const row = sheet.getLastRow() + 1;
  if (row > sheet.getMaxRows()) sheet.insertRowsAfter(sheet.getMaxRows(), 100);
  sheet.getRange(row, 1, 1, line.length).setNumberFormat('@').setValues([line]);
}

/**
 * Runs `work` while no other click can write, and lets go only when what it wrote is in the book.
 * @param {() => void} work
 */
function locked_(work) {
  const lock = LockService.getDocumentLock();
  if (!lock.tryLock(PATIENCE)) throw new Sentence('Others are asking ARC for something at this moment; press the button again.');
  try {
    work();
    SpreadsheetApp.flush();
  } finally {
    lock.releaseLock();
  }
}

/** Says in the queue that a sidebar is in use. */
function noteUse_() {
  locked_(() => queue_().getRange(IN_USE).setNumberFormat('@').setValue(utc_(Date.now())));
}

/** Returns the queue; its first row says that it is one. */
function queue_() {
  return hidden_(QUEUE, QUEUE_HEADERS);
}

/**
 * @param {string} name
 * @param {string[]} headers
 */
function hidden_(name, headers) {
  const sheet = SpreadsheetApp.getActiveSpreadsheet().getSheetByName(name);
  const found = sheet && sheet.getLastRow() ? sheet.getRange(1, 1, 1, headers.length).getValues()[0] : [];
  if (sheet && headers.every((header, at) => found[at] === header)) return sheet;
  throw new Sentence(`The hidden tab ${name} is missing or was changed; the agent mends it with its next sync.`);
}

/**
 * Returns the ids in the first column of the queue or the results, as texts.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {string[]}
 */
function idsOf_(sheet) {
  const many = sheet.getLastRow() - 1;
  return many > 0 ? sheet.getRange(2, 1, many, 1).getValues().map(([id]) => String(id)) : [];
}

/**
 * Returns the agent's answer to a request, the first if it was written twice; null if there is none yet.
 * @param {string} request
 * @returns {Answer | null}
 */
function answerTo_(request) {
  const sheet = hidden_(RESULTS, RESULT_HEADERS);
  const at = idsOf_(sheet).indexOf(request);
  if (at < 0) return null;
  const [, , done, sentence, shown] = sheet.getRange(at + 2, 1, 1, RESULT_HEADERS.length).getValues()[0];
  return { done: done === true || done === 'TRUE', sentence: String(sentence), shown: shownOf_(String(shown)) };
}

/**
 * Returns what an answer shows; nothing if that cannot be read.
 * @param {string} text
 * @returns {Record<string, string>}
 */
function shownOf_(text) {
  try {
    const shown = JSON.parse(text || '{}');
    return Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
