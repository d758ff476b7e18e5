import { isCode, isTestCode, type Source, withoutComments } from './sources.ts';

const MAX_LINES = 400;
const MAX_COLUMNS = 120;

/** Files that may read the environment and the command line, besides the processes' main files and tests. */
const READS_ENVIRONMENT = [/^[^/]+\/([^/]+\/)?main\.ts$/, /^runtime\/run-main\.ts$/, /^stack\/setup(\.js$|\/)/];

/** `schemas` is pure: the same input gives the same output, anywhere and at any time. */
const IMPURE = /\b(Date\.now|performance\.now|new Date\(\)|Math\.random|setTimeout|setInterval|fetch)\b\(?/;

const FORBIDDEN_NAMES = /(^|\/)(utils?|helpers?|common|misc|types)(\.[a-z]+|\/)/;

// Written in parts, so that this file obeys its own rule.
const HOSTS = [
  ['npm', 'js'],
  ['py', 'pi', '.org'],
  ['python', 'hosted'],
  ['maven', '.org'],
  ['proxy.', 'golang'],
  ['yarn', 'pkg'],
]
  .map((parts) => parts.join(''))
  .concat(
    [
      ['deb.', 'debian'],
      ['node', 'source'],
      ['crates', '.io'],
    ].map((parts) => parts.join('')),
  );
const MACHINE_PATH = new RegExp(`(^|[\\s'"\`(=:,])/(${['work', 'root', 'home'].join('|')})/`);

/** Every rule reads all sources and returns one sentence for each breach, with the file and line. */
export type Rule = (sources: readonly Source[]) => string[];

function eachLine(sources: readonly Source[], check: (line: string, source: Source) => string | undefined): string[] {
  const problems: string[] = [];
  for (const source of sources) {
    source.text.split('\n').forEach((line, i) => {
      const problem = check(line, source);
      if (problem) problems.push(`${source.path}:${i + 1} ${problem}`);
    });
  }
  return problems;
}

const codeOnly = (sources: readonly Source[]) =>
  sources.filter(isCode).map(({ path, text }) => ({ path, text: withoutComments(text) }));

export const environmentReads: Rule = (sources) => {
  const bound = codeOnly(sources).filter(
    ({ path }) => !isTestCode(path) && !READS_ENVIRONMENT.some((pattern) => pattern.test(path)),
  );
  return eachLine(bound, (line) =>
    /\bprocess\.(env|argv)\b/.test(line) ? 'reads the environment or argv: take an option from main.ts' : undefined,
  );
};

export const impureSchemas: Rule = (sources) => {
  const schemas = codeOnly(sources).filter(({ path }) => path.startsWith('schemas/') && !isTestCode(path));
  return eachLine(schemas, (line) => {
    const found = IMPURE.exec(line);
    return found ? `uses ${found[1]}: schemas/ has no clock, chance or network` : undefined;
  });
};

export const tooLong: Rule = (sources) => {
  const measured = sources.filter((source) => isCode(source) || /\.(sql|proto)$/.test(source.path));
  const files = measured
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines, ${MAX_LINES} are the most`);
  const lines = eachLine(measured, (line) =>
    line.length > MAX_COLUMNS ? `has ${line.length} columns, ${MAX_COLUMNS} are the most` : undefined,
  );
  return [...files, ...lines];
};

/** An error that is dropped needs a comment beside it that says why that is right. */
export const swallowedErrors: Rule = (sources) => {
  const problems: string[] = [];
  for (const { path, text } of sources.filter(isCode)) {
    for (const match of text.matchAll(/\bcatch\s*(\([^)]*\)\s*)?\{\s*\}/g)) {
      problems.push(`${path}:${lineAt(text, match.index)} catches an error and does nothing`);
    }
    for (const match of text.matchAll(/\.catch\(\(\w*\) => (\{\s*\}|undefined|null)\)/g)) {
      const line = lineAt(text, match.index);
      const beside = text
        .split('\n')
        .slice(Math.max(0, line - 3), line)
        .join('\n');
      if (!/\/\/|\*\//.test(beside)) problems.push(`${path}:${line} drops an error without saying why`);
    }
  }
  return problems;
};

export const vagueNames: Rule = (sources) =>
  sources.filter(({ path }) => FORBIDDEN_NAMES.test(path)).map(({ path }) => `${path}: name it for the thing it holds`);

export const machineTraces: Rule = (sources) =>
  eachLine(sources, (line) => {
    const host = HOSTS.find((name) => line.includes(name));
    if (host) return `names the registry ${host}: the package client's own settings say where it is`;
    if (MACHINE_PATH.test(line)) return 'holds a path of one machine';
    return undefined;
  });

/** Documents name only npm scripts that package.json has. */
export const unknownCommands: Rule = (sources) => {
  const manifest = sources.find(({ path }) => path === 'package.json');
  const scripts = new Set(Object.keys(manifest ? JSON.parse(manifest.text).scripts : {}));
  const documents = sources.filter(({ path }) => path.endsWith('.md'));
  return documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm (?:run ([a-z][\w:-]*)|(start|test))\b/g)]
      .map((match) => ({ name: match[1] ?? match[2], line: lineAt(text, match.index) }))
      .filter(({ name }) => !scripts.has(name))
      .map(({ name, line }) => `${path}:${line} names the npm script ${name}, which package.json does not have`),
  );
};

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
