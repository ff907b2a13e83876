/** Reading ARC's tabs, by the names of their columns: people move columns, sort rows and rename tabs. */

/** How far down a header row is looked for. */
const HEADER_ROWS = 12;

/**
 * Returns the row of headers of a sheet and how far down it stands (from 1): the first that has `wanted`; null if none.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {string} wanted
 * @returns {{row: number, headers: string[]} | null}
 */
function headersOf_(sheet, wanted) {
  const width = sheet.getLastColumn();
  const height = Math.min(HEADER_ROWS, sheet.getLastRow());
  if (!width || !height) return null;
  const lines = sheet.getRange(1, 1, height, width).getValues();
  const at = lines.findIndex((line) => line.includes(wanted));
  return at < 0 ? null : { row: at + 1, headers: lines[at].map((cell) => String(cell).trim()) };
}

/**
 * Returns the sheet of a tab: the one of its name, else one that somebody renamed, known by id and headers.
 * @param {keyof typeof TABS} name
 */
function sheetOf_(name) {
  const book = SpreadsheetApp.getActiveSpreadsheet();
  const { title, columns } = TABS[name];
  const named = book.getSheetByName(title);
  if (named) return named;
  const renamed = book.getSheets().find((sheet) => {
    const found = headersOf_(sheet, ID_HEADER);
    return found && Object.values(columns).every((header) => found.headers.includes(header));
  });
  if (renamed) return renamed;
  throw new Sentence(`The tab ${title} is missing; ARC puts it back with the next sync.`);
}

/**
 * Reads a tab whole.
 * @param {keyof typeof TABS} name
 * @returns {Table}
 */
function table_(name) {
  const sheet = sheetOf_(name);
  const found = headersOf_(sheet, ID_HEADER);
  if (!found) throw new Sentence(`${sheet.getName()} has lost its header "${ID_HEADER}"; ARC's Issues tab says how to get it back.`);
  const first = found.row + 1;
  const many = sheet.getLastRow() - found.row;
  const rows = many > 0 ? sheet.getRange(first, 1, many, found.headers.length).getValues() : [];
  /** @type {Record<string, number>} */
  const at = { id: found.headers.indexOf(ID_HEADER) };
  for (const [column, header] of Object.entries(TABS[name].columns)) at[column] = found.headers.indexOf(header);
  return { sheet, first, at, rows };
}

/**
 * Returns the rows that `wanted` takes, in the order of the sheet; rows without an id are no records yet.
 * @param {Table} table
 * @param {(cell: (column: string) => any) => boolean} wanted
 * @returns {Row[]}
 */
function rowsOf_(table, wanted) {
  const chosen = table.rows.flatMap((line, index) => {
    const cell = (/** @type {string} */ column) => (table.at[column] < 0 ? '' : line[table.at[column]]);
    return cell('id') && wanted(cell) ? [index] : [];
  });
  if (!chosen.length) return [];
  const from = chosen[0];
  const many = chosen[chosen.length - 1] - from + 1;
  const texts = table.sheet.getRange(table.first + from, 1, many, table.rows[from].length).getDisplayValues();
  return chosen.map((index) => ({
    id: String(table.rows[index][table.at.id]),
    value: named_(table, table.rows[index]),
    shown: named_(table, texts[index - from].map((text) => text.trim())),
  }));
}

/**
 * @param {Table} table
 * @param {any[]} cells
 * @returns {Record<string, any>}
 */
function named_(table, cells) {
  return Object.fromEntries(Object.entries(table.at).map(([column, at]) => [column, at < 0 ? '' : cells[at]]));
}

/**
 * Returns a name as names are compared: without regard to case, Straße being STRASSE.
 * @param {any} name
 */
function folded_(name) {
  return String(name).trim().toUpperCase().toLowerCase();
}

/**
 * Returns the moment of a cell in milliseconds; NaN if it holds no date. A date that lost its format is a number of
 * days since 1899-12-30.
 * @param {any} cell
 */
function moment_(cell) {
  if (Object.prototype.toString.call(cell) === '[object Date]') return Number(cell);
  return typeof cell === 'number' && cell > 0 ? Math.round((cell - 25569) * 86400000) : NaN;
}
