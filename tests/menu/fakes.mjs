// What the script sees of Google, as strictly as it matters: a cell takes a text as if somebody typed it, a range
// outside of the sheet is an error, and what is written counts for others only once it is flushed.
// https://developers.google.com/apps-script/reference/spreadsheet

import crypto from 'node:crypto';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const two = (number) => String(number).padStart(2, '0');

function format(date, pattern) {
  const parts = {
    dd: two(date.getUTCDate()), MMM: MONTHS[date.getUTCMonth()], yyyy: String(date.getUTCFullYear()),
    HH: two(date.getUTCHours()), mm: two(date.getUTCMinutes()),
  };
  return pattern.replace(/dd|MMM|yyyy|HH|mm/g, (part) => parts[part]);
}

/** What a cell holds after somebody, or a script, has typed `text` into it. */
function typed(text, asText) {
  if (text.startsWith('=')) return { formula: text };
  if (text.startsWith("'")) return text.slice(1);
  if (asText) return text;
  if (/^[+-]/.test(text) && !/^[+-]?[\d.,]+$/.test(text)) return { formula: `=${text}` };
  if (/^\d{4}-\d{2}-\d{2}(T[\d:]+Z?)?$/.test(text)) return new Date(text);
  if (/^[+-]?\d[\d,]*(\.\d+)?(e\d+)?$/i.test(text)) return Number(text.replace(/,/g, ''));
  return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
}

function shown(cell) {
  if (cell && typeof cell === 'object' && 'shown' in cell) return cell.shown;
  if (cell instanceof Date) return format(cell, cell % 86400000 ? 'dd MMM yyyy HH:mm' : 'dd MMM yyyy');
  if (typeof cell === 'boolean') return String(cell).toUpperCase();
  return cell && typeof cell === 'object' ? '#FORMULA' : String(cell);
}

/** A cell as JSON has it: {date}, or {value, shown}, or what it is. */
export function cellOf(told) {
  return told && typeof told === 'object' && 'date' in told ? new Date(told.date) : told ?? '';
}

class Range {
  constructor(sheet, row, column, rows = 1, columns = 1) {
    if (row < 1 || column < 1 || rows < 1 || columns < 1) throw new Error('The coordinates or dimensions of the range are invalid.');
    if (row + rows - 1 > sheet.maxRows || column + columns - 1 > sheet.maxColumns) throw new Error('The coordinates of the range are outside the dimensions of the sheet.');
    Object.assign(this, { sheet, row, column, rows, columns });
  }

  cells(map) {
    return Array.from({ length: this.rows }, (_, r) => Array.from({ length: this.columns }, (__, c) => map(this.sheet.at(this.row + r, this.column + c), r, c)));
  }

  getValues() {
    return this.cells((cell) => (cell && typeof cell === 'object' && 'value' in cell ? cell.value : cell && cell.formula ? '#FORMULA' : cell));
  }

  getValue() { return this.getValues()[0][0]; }

  getDisplayValues() { return this.cells(shown); }

  getRow() { return this.row; }

  getLastRow() { return this.row + this.rows - 1; }

  setNumberFormat(pattern) {
    this.cells((_, r, c) => this.sheet.formats.set(`${this.row + r},${this.column + c}`, pattern));
    return this;
  }

  setValues(values) {
    if (values.length !== this.rows || values.some((line) => line.length !== this.columns)) {
      throw new Error('The number of rows or columns in the data does not match the range.');
    }
    this.cells((_, r, c) => {
      const place = [this.row + r, this.column + c];
      const value = values[r][c];
      if (typeof value === 'string' && value.length > 50000) throw new Error('Your input contains more than the maximum of 50000 characters in a single cell.');
      this.sheet.put(...place, typeof value === 'string' ? typed(value, this.sheet.formats.get(String(place)) === '@') : value);
    });
    this.sheet.world.wrote(this.sheet.name);
    return this;
  }

  setValue(value) { return this.setValues([[value]]); }
}

class Sheet {
  constructor(world, { name, rows, hidden = [], filtered = [], size = [] }) {
    this.world = world;
    this.name = name;
    this.cells = rows.map((line) => line.map(cellOf));
    this.formats = new Map();
    this.hidden = new Set(hidden);
    this.filtered = new Set(filtered);
    this.maxRows = size[0] ?? Math.max(rows.length, 1);
    this.maxColumns = size[1] ?? Math.max(26, ...rows.map((line) => line.length));
  }

  at(row, column) { return (this.cells[row - 1] || [])[column - 1] ?? ''; }

  put(row, column, value) {
    while (this.cells.length < row) this.cells.push([]);
    const line = this.cells[row - 1];
    while (line.length < column) line.push('');
    line[column - 1] = value;
  }

  /** Adds rows below, as the API does. */
  append(rows) {
    this.cells.push(...rows.map((line) => line.map(cellOf)));
    this.maxRows = Math.max(this.maxRows, this.cells.length);
  }

  getName() { return this.name; }

  getLastRow() { return this.cells.findLastIndex((line) => line.some((cell) => cell !== '')) + 1; }

  getLastColumn() { return Math.max(0, ...this.cells.map((line) => line.findLastIndex((cell) => cell !== '') + 1)); }

  getMaxRows() { return this.maxRows; }

  insertRowsAfter(_row, many) { this.maxRows += many; return this; }

  getRange(row, column, rows, columns) {
    this.world.calls += 1;
    if (typeof row !== 'string') return new Range(this, row, column, rows, columns);
    const [, letter, number] = /^([A-Z])(\d+)$/.exec(row);
    return new Range(this, Number(number), letter.charCodeAt(0) - 64);
  }

  getActiveCell() { const [{ row, column }] = this.world.active.ranges; return new Range(this, row, column); }

  getActiveRangeList() {
    return { getRanges: () => this.world.active.ranges.map(({ row, column, rows, columns }) => new Range(this, row, column, rows, columns)) };
  }

  isRowHiddenByFilter(row) { return this.filtered.has(row); }

  isRowHiddenByUser(row) { return this.hidden.has(row); }

  activate() { this.world.active.sheet = this.name; this.world.told.push({ went: this.name }); return this; }
}

/** One spreadsheet with its script, and one person who clicks. */
export class World {
  constructor({ sheets, active, user = '' }) {
    this.sheets = sheets.map((sheet) => new Sheet(this, sheet));
    this.active = { ranges: [{ row: 1, column: 1, rows: 1, columns: 1 }], ...active };
    this.properties = new Map(user ? [['arc.user', user]] : []);
    this.told = []; // what the person was shown: menus, boxes, pages
    this.replies = []; // what the person answers in boxes
    this.locked = false;
    this.busy = false;
    this.unflushed = 0;
    this.calls = 0;
  }

  wrote(name) {
    if (!this.locked) throw new Error(`${name} was written without the lock.`);
    this.unflushed += 1;
  }

  sheet(name) { return this.sheets.find((sheet) => sheet.name === name) || null; }

  /** The globals of a script. `pageOf` returns the text of an HTML file. */
  globals(pageOf, evaluate) {
    const world = this;
    const book = {
      getSheetByName: (name) => world.sheet(name),
      getSheets: () => [...world.sheets],
      getSpreadsheetTimeZone: () => 'Etc/UTC',
    };
    const answer = (told, ok) => { world.told.push(told); return world.replies.length ? world.replies.shift() : ok; };
    const ui = {
      ButtonSet: { OK: 'OK', OK_CANCEL: 'OK_CANCEL', YES_NO: 'YES_NO' },
      Button: { OK: 'OK', CANCEL: 'CANCEL', YES: 'YES', NO: 'NO' },
      createMenu: (title) => menuOf(world, title),
      alert: (title, text, buttons) => answer({ alert: text, title }, buttons === 'YES_NO' ? 'YES' : 'OK'),
      prompt: (title, text) => {
        const reply = answer({ prompt: text, title }, null);
        return { getSelectedButton: () => (reply === null ? 'CANCEL' : 'OK'), getResponseText: () => reply };
      },
      showSidebar: (page) => world.told.push({ sidebar: page.getContent(), title: page.title }),
      showModelessDialog: (page, title) => world.told.push({ box: page.getContent(), title }),
    };
    return {
      SpreadsheetApp: {
        getActiveSpreadsheet: () => book,
        getActiveSheet: () => world.sheet(world.active.sheet),
        getUi: () => ui,
        flush: () => { world.unflushed = 0; },
      },
      LockService: { getDocumentLock: () => lockOf(world) },
      PropertiesService: {
        getUserProperties: () => ({
          getProperty: (key) => world.properties.get(key) ?? null,
          setProperty: (key, value) => world.properties.set(key, String(value)),
        }),
      },
      HtmlService: {
        createHtmlOutputFromFile: (name) => outputOf(pageOf(name)),
        createTemplateFromFile: (name) => ({ evaluate() { return outputOf(evaluate(pageOf(name), this)); } }),
      },
      Utilities: { getUuid: () => crypto.randomUUID(), formatDate: (date, _zone, pattern) => format(date, pattern) },
    };
  }
}

function lockOf(world) {
  return {
    tryLock: () => { if (world.busy || world.locked) return false; world.locked = true; return true; },
    releaseLock: () => {
      if (world.unflushed) throw new Error('The lock was released before what was written was flushed.');
      world.locked = false;
    },
  };
}

function menuOf(world, title) {
  const menu = { title, items: [] };
  const made = {
    menu,
    addItem: (label, handler) => { menu.items.push({ label, handler }); return made; },
    addSeparator: () => { menu.items.push({ separator: true }); return made; },
    addSubMenu: (part) => { menu.items.push(part.menu); return made; },
    addToUi: () => { world.told.push({ menu }); },
  };
  return made;
}

function outputOf(text) {
  const made = {
    title: '',
    getContent: () => text,
    setTitle: (title) => { made.title = title; return made; },
    setWidth: () => made,
    setHeight: () => made,
  };
  return made;
}
