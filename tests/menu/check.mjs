// Type-checks what Google runs: the script as one program, the scripts of each page as another.
// node check.mjs NODE_MODULES SOURCES...; prints what is wrong, and exits with 1 then.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [modules, ...folders] = process.argv.slice(2).map((folder) => path.resolve(folder));
const ts = createRequire(path.join(modules, 'x'))('typescript');
const google = path.join(modules, '@types/google-apps-script/index.d.ts');
/** Files that more than one program has. */
const parsed = new Map();

/** The scripts of a page, in the order in which it takes them in. */
function scriptsOf(folder, page) {
  const text = fs.readFileSync(path.join(folder, page), 'utf8');
  const parts = [...text.matchAll(/include_\('([^']+)'\)/g)].map(([, part]) => path.join(folder, `${part}.html`));
  return parts.filter((part) => fs.readFileSync(part, 'utf8').startsWith('<script>'));
}

/** A host that reads a page's part as the script in it, line for line. */
function hostOf(options) {
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.fileExists = (name) => fileExists(name.replace(/\.html\.js$/, '.html'));
  host.readFile = (name) => {
    if (!name.endsWith('.html.js')) return readFile(name);
    return fs.readFileSync(name.slice(0, -3), 'utf8').replace('<script>', '').replace('</script>', '');
  };
  host.getSourceFile = (name, version) => {
    const text = parsed.has(name) ? '' : host.readFile(name);
    if (text === undefined) return undefined;
    if (!parsed.has(name)) parsed.set(name, ts.createSourceFile(name, text, version, true));
    return parsed.get(name);
  };
  return host;
}

function check(folder, names, lib, more) {
  const config = JSON.parse(fs.readFileSync(path.join(folder, 'tsconfig.json'), 'utf8')).compilerOptions;
  const { options } = ts.convertCompilerOptionsFromJson({ ...config, types: [] }, folder);
  options.lib = lib;
  const program = ts.createProgram([...names, path.join(folder, 'types.d.ts'), more], options, hostOf(options));
  return [...program.getOptionsDiagnostics(), ...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()];
}

function checkFolder(folder) {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.js')).map((name) => path.join(folder, name));
  const found = check(folder, names, ['lib.es2020.d.ts'], google);
  for (const page of ['page.html', 'box.html']) {
    const scripts = scriptsOf(folder, page).map((part) => `${part}.js`);
    found.push(...check(folder, scripts, ['lib.es2020.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], path.join(folder, 'client.d.ts')));
  }
  return found;
}

for (const folder of folders) {
  const found = checkFolder(folder);
  process.stdout.write(ts.formatDiagnostics(found, { getCurrentDirectory: () => path.dirname(folder), getCanonicalFileName: (n) => n, getNewLine: () => '\n' }));
  if (found.length) process.exitCode = 1;
}
