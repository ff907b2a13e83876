// Runs the Apps Script sources on a spreadsheet made of JSON. node stage.mjs SOURCES
// Takes one JSON order a line and answers each with one line: {"result": ...} or {"error": "..."}.

import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import vm from 'node:vm';

import { World, cellOf } from './fakes.mjs';

const sources = path.resolve(process.argv[2]);
const read = (name) => fs.readFileSync(path.join(sources, name), 'utf8');
const scripts = fs.readdirSync(sources).filter((name) => name.endsWith('.js')).sort();

/** Lets the script's clock show what the test says. */
const CLOCK = `{
  const Real = Date;
  Date = class extends Real {
    constructor(...given) {
      super(...(given.length ? given : [__now]));
    }
    static now() { return __now; }
  };
}`;

let world;
let script;

/** Fills a template in as Google does: `<?= x ?>` is escaped, `<?!= x ?>` is not. */
function evaluate(text, values) {
  const of = (code) => vm.runInContext(`with (__values) { (${code}) }`, Object.assign(script, { __values: { ...values } }));
  const escaped = (value) => String(value).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return text.replace(/<\?!=(.+?)\?>/g, (_, code) => of(code)).replace(/<\?=(.+?)\?>/g, (_, code) => escaped(of(code)));
}

/** Lets through what google.script.run does: no dates, functions or numbers that are none. */
function passed(value, where = 'answer') {
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value)) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const kind = Object.prototype.toString.call(value);
  if (kind === '[object Array]') return value.map((one, at) => passed(one, `${where}[${at}]`));
  if (kind === '[object Object]') return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, passed(one, `${where}.${name}`)]));
  throw new Error(`Google passes no ${kind} (${where}).`);
}

const orders = {
  begin({ book, now }) {
    world = new World(book);
    script = vm.createContext(world.globals((name) => read(`${name}.html`), evaluate));
    script.__now = now;
    vm.runInContext(CLOCK, script);
    for (const name of scripts) vm.runInContext(read(name), script, { filename: name });
  },
  call({ name, given = [] }) {
    if (/_$/.test(name)) throw new Error(`${name} is private to the script.`);
    return passed(vm.runInContext(name, script)(...given));
  },
  names() { return vm.runInContext('Object.getOwnPropertyNames(globalThis).filter((name) => typeof globalThis[name] === "function")', script); },
  constant({ name }) { return vm.runInContext(`JSON.parse(JSON.stringify(${name}))`, script); },
  rows({ sheet }) { return world.sheet(sheet).cells; },
  formats({ sheet }) { return Object.fromEntries(world.sheet(sheet).formats); },
  write({ sheet, rows }) { world.sheet(sheet).append(rows); },
  put({ sheet, row, column, cell }) { world.sheet(sheet).put(row, column, cellOf(cell)); },
  set({ now, ...more }) { if (now) script.__now = now; Object.assign(world, more); },
  told() { const all = world.told; world.told = []; return all; },
  calls() { return world.calls; },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer;
  try {
    const order = JSON.parse(line);
    answer = { result: orders[order.do](order) ?? null };
  } catch (error) {
    answer = { error: String(error && error.message ? error.message : error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
