import { envName, flagName, type Option, type OptionTable } from './options.ts';

const PAGE_COLUMNS = 110;

/** The text of `--help`: one block for each option with its unit, default and environment variable, aligned. */
export function describeOptions(table: OptionTable, { command }: { command: string }): string {
  const entries = Object.entries(table);
  const places = entries.filter(([, option]) => option.positional);
  const usage = places.map(([name, option]) => (isRequired(option) ? `<${name}>` : `[${name}]`)).join(' ');
  const lefts = entries.map(([name, option]) => left(name, option));
  const width = Math.max(...lefts.map((text) => text.length), '--help'.length);

  const lines = [`Usage: ${command}${usage ? ` ${usage}` : ''} [options]`, ''];
  entries.forEach(([name, option], i) => {
    const text = `${option.description} ${details(option, option.positional ? undefined : envName(name, option))}`;
    wrap(text, PAGE_COLUMNS - width - 4).forEach((line, row) => {
      lines.push(`  ${(row === 0 ? lefts[i] : '').padEnd(width)}  ${line}`);
    });
  });
  lines.push(`  ${'--help'.padEnd(width)}  Show this text.`);
  return `${lines.join('\n')}\n`;
}

/**
 * The text of `.env.example` from the tables of all processes, given by their names. A variable that several tables
 * declare appears once. Throws when they declare it differently, because one variable cannot mean two things.
 */
export function envExample(tables: Readonly<Record<string, OptionTable>>): string {
  const seen = new Map<string, { line: string; process: string }>();
  const lines = [
    '# Every option of every process, with its default. Generated from the option tables: change those, then write',
    '# this file again. A flag on the command line beats a variable.',
  ];
  for (const [process, table] of Object.entries(tables)) {
    const block: string[] = [];
    for (const [name, option] of Object.entries(table)) {
      if (option.positional) continue;
      const env = envName(name, option);
      const line = `#${env}=${option.secret ? '' : defaultText(option)}`;
      const before = seen.get(env);
      if (before && before.line !== line) {
        throw new Error(
          `${env} has one default in ${before.process} and another in ${process}: give each its own name`,
        );
      }
      if (before) continue;
      seen.set(env, { line, process });
      block.push(
        '',
        ...wrap(`${option.description} ${details(option)}`, PAGE_COLUMNS).map((text) => `# ${text}`),
        line,
      );
    }
    if (block.length > 0) lines.push('', `# ---- ${process} ----`, ...block);
  }
  return `${lines.join('\n')}\n`;
}

function left(name: string, option: Option): string {
  if (option.positional) return `<${name}>`;
  const flag = flagName(name);
  switch (option.type) {
    case 'boolean':
      return option.default === true ? `--[no-]${flag.slice(2)}` : flag;
    case 'integer':
    case 'number':
      return `${flag} <${option.unit ?? option.type}>`;
    case 'choice':
      return `${flag} <${option.choices.join('|')}>`.length <= 44
        ? `${flag} <${option.choices.join('|')}>`
        : `${flag} <choice>`;
    case 'list':
      return `${flag} <a,b,…>`;
    case 'string':
      return `${flag} <text>`;
  }
}

function details(option: Option, env?: string): string {
  const parts: string[] = [];
  if (option.type === 'integer' || option.type === 'number') {
    if (option.min !== undefined && option.max !== undefined) parts.push(`${option.min} to ${option.max}`);
    else if (option.min !== undefined) parts.push(`at least ${option.min}`);
    else if (option.max !== undefined) parts.push(`at most ${option.max}`);
    if (option.unit) parts.push(option.unit);
  }
  if ((option.type === 'choice' || option.type === 'list') && option.choices) parts.push(option.choices.join(', '));
  if (option.secret) parts.push('secret');
  if (isRequired(option)) parts.push('required');
  else if (!option.secret && defaultText(option) !== '') parts.push(`default ${defaultText(option)}`);
  if (env) parts.push(env);
  return parts.length > 0 ? `[${parts.join('; ')}]` : '';
}

function isRequired(option: Option): boolean {
  return option.default === undefined && !option.optional && option.type !== 'boolean' && option.type !== 'list';
}

function defaultText(option: Option): string {
  if (option.type === 'boolean') return String(option.default ?? false);
  if (option.default === undefined) return '';
  return Array.isArray(option.default) ? option.default.join(',') : String(option.default);
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
