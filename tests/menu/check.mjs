// Type-checks what Google runs: the script as one program, the scripts of each page as another.
// node check.mjs SOURCES NODE_MODULES; prints what is wrong, and exits with 1 then.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [sources, modules] = process.argv.slice(2).map((folder) => path.resolve(folder));
const ts = createRequire(path.join(modules, 'x'))('typescript');
const config = JSON.parse(fs.readFileSync(path.join(sources, 'tsconfig.json'), 'utf8')).compilerOptions;
const { options } = ts.convertCompilerOptionsFromJson({ ...config, types: [] }, sources);
const files = fs.readdirSync(sources);
const whole = (name) => path.join(sources, name);

/** The scripts of a page, in the order in which it takes them in. */
function scriptsOf(page) {
  const text = fs.readFileSync(whole(page), 'utf8');
  const parts = [...text.matchAll(/include_\('([^']+)'\)/g)].map(([, part]) => `${part}.html`);
  return parts.filter((part) => fs.readFileSync(whole(part), 'utf8').startsWith('<script>'));
}

/** Files that more than one program has. */
const parsed = new Map();

/** A host that reads a page's part as the script in it, line for line. */
function hostOf(given) {
  const host = ts.createCompilerHost(given);
  const read = host.readFile;
  host.readFile = (name) => {
    if (!name.endsWith('.html.js')) return read(name);
    return fs.readFileSync(name.slice(0, -3), 'utf8').replace('<script>', '').replace('</script>', '');
  };
  host.fileExists = ((exists) => (name) => exists(name.replace(/\.html\.js$/, '.html')))(host.fileExists);
  host.getSourceFile = (name, version) => {
    const text = parsed.has(name) ? '' : host.readFile(name);
    if (text === undefined) return undefined;
    if (!parsed.has(name)) parsed.set(name, ts.createSourceFile(name, text, version, true));
    return parsed.get(name);
  };
  return host;
}

function check(names, lib, more) {
  const given = { ...options, lib };
  const program = ts.createProgram([...names, whole('types.d.ts'), ...more], given, hostOf(given));
  return [...program.getOptionsDiagnostics(), ...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()];
}

const google = path.join(modules, '@types/google-apps-script/index.d.ts');
const found = check(files.filter((name) => name.endsWith('.js')).map(whole), ['lib.es2020.d.ts'], [google]);
for (const page of ['page.html', 'box.html']) {
  const names = scriptsOf(page).map((part) => `${whole(part)}.js`);
  found.push(...check(names, ['lib.es2020.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], [whole('client.d.ts')]));
}
const told = ts.formatDiagnostics(found, { getCurrentDirectory: () => sources, getCanonicalFileName: (n) => n, getNewLine: () => '\n' });
process.stdout.write(told);
process.exitCode = found.length ? 1 : 0;
