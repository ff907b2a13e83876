/** What is selected in the sheet in front: rows of ARC's tabs by their hidden id, wherever people moved that column. */

/** The header of the customer's name, on record tabs and reports alike; Customers itself says Name. */
const CUSTOMER_HEADER = 'Customer';

/** @returns {Selected} */
function selection_() {
  const sheet = SpreadsheetApp.getActiveSheet();
  const tab = sheet.getName();
  if (tab === ACCOUNT) return { tab, row: '', customer: String(sheet.getRange(PICKER).getValue()).trim() };
  const record = headersOf_(sheet, ID_HEADER);
  const header = record || headersOf_(sheet, CUSTOMER_HEADER);
  const cell = sheet.getActiveCell();
  if (!header || !cell || cell.getRow() <= header.row) return { tab, row: '', customer: '' };
  const values = sheet.getRange(cell.getRow(), 1, 1, header.headers.length).getDisplayValues()[0];
  const of = (/** @type {string} */ name) => (header.headers.includes(name) ? values[header.headers.indexOf(name)].trim() : '');
  const row = of(ID_HEADER);
  const own = record && !header.headers.includes(CUSTOMER_HEADER) ? of(TABS.customers.columns.name) : '';
  return { tab, row, customer: of(CUSTOMER_HEADER) || own };
}

/**
 * Returns the ids of the selected rows of Reminders that can be seen: what a filter hides was not chosen.
 * @returns {string[]}
 */
function selectedReminders_() {
  const { title } = TABS.reminders;
  const sheet = SpreadsheetApp.getActiveSheet();
  if (sheet.getName() !== sheetOf_('reminders').getName()) throw new Sentence(`Select the rows on the tab ${title} first.`);
  const { first, at, rows } = table_('reminders');
  const list = sheet.getActiveRangeList();
  const chosen = new Set((list ? list.getRanges() : []).flatMap((range) => span_(range, first, rows.length)));
  const seen = [...chosen].filter((row) => !sheet.isRowHiddenByFilter(row) && !sheet.isRowHiddenByUser(row));
  const ids = seen.map((row) => String(rows[row - first][at.id])).filter(Boolean);
  if (!ids.length) throw new Sentence(`No reminder is selected; select one or more rows on ${title} first.`);
  return ids;
}

/**
 * Returns the rows that a range has in common with the `many` rows from `first`.
 * @param {GoogleAppsScript.Spreadsheet.Range} range
 * @param {number} first
 * @param {number} many
 */
function span_(range, first, many) {
  const from = Math.max(first, range.getRow());
  const to = Math.min(first + many - 1, range.getLastRow());
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, step) => from + step);
}
