/**
 * What `.env.example` must hold, from every option table in the project. `node test/env-example.ts` writes the file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { envExample } from '../runtime/option-text.ts';
import type { OptionTable } from '../runtime/options.ts';
import { isTestCode, readSources } from './tidy/sources.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** The files that declare option tables. A main file must not: importing it would start its process. */
export function tableFiles(root: string): string[] {
  return readSources(root)
    .filter(({ path, text }) => path.endsWith('.ts') && text.includes('defineOptions(') && !isTestCode(path))
    .map(({ path }) => path)
    .filter((path) => path !== 'runtime/options.ts')
    .sort((a, b) => rank(a) - rank(b));
}

/** Options that every process shares come first, then those of the stack, then each process. */
function rank(path: string): number {
  return ['runtime/', 'stack/'].findIndex((folder) => path.startsWith(folder)) + 1 || 3;
}

function isTable(value: unknown): value is OptionTable {
  if (typeof value !== 'object' || value === null) return false;
  const options = Object.values(value);
  return options.length > 0 && options.every((option) => option?.type && typeof option.description === 'string');
}

/** The text that `.env.example` should have. */
export async function currentEnvExample(root = ROOT): Promise<string> {
  const tables: Record<string, OptionTable> = {};
  for (const path of tableFiles(root)) {
    const exported = Object.entries(await import(pathToFileURL(join(root, path)).href));
    for (const [name, value] of exported) if (isTable(value)) tables[`${path.split('/')[0]}: ${name}`] = value;
  }
  return envExample(tables);
}

/** Undefined while there is no such file. */
export function writtenEnvExample(root = ROOT): string | undefined {
  return readSources(root).some(({ path }) => path === '.env.example')
    ? readFileSync(join(root, '.env.example'), 'utf8')
    : undefined;
}

if (import.meta.main) writeFileSync(join(ROOT, '.env.example'), await currentEnvExample());
