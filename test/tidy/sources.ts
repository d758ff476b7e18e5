import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** One text file of the project; the path is relative to its root, with slashes. */
export interface Source {
  path: string;
  text: string;
}

const BINARY = /\.(fit|png|jpg|gz|zip|bin|jar|woff2?|ico|wasm)$/;

/** Every file that is tracked or could be (not ignored), without binary ones and recorded fixtures. */
export function readSources(root: string): Source[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root });
  return [...new Set(listed.toString().split('\0'))]
    .filter((path) => path !== '' && !BINARY.test(path) && existsSync(join(root, path)))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

export const isCode = ({ path }: Source) => /\.(tsx?|js|mjs)$/.test(path);

/** Code that only tests run: it may use what services may not. */
export const isTestCode = (path: string) =>
  /(^test\/|\.test\.ts$|-for-tests\.ts$|\.arbitrary\.ts$|(^|[/.-])conformance(-[a-z-]+)?\.ts$)/.test(path);

/** The code without comments, each line in its place, so that rules do not read prose. */
export function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[\s;{}(,])\/\/[^\n]*/g, '$1');
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(['"])([^'"\n]+)\1/g;
const FILE_URL = /\bnew URL\(\s*(['"])([^'"\n]+)\1/g;

/** The modules that a file imports: packages by their name, files by their path from the root. */
export function importsOf({ path, text }: Source): { packages: string[]; files: string[] } {
  const specifiers = [...withoutComments(text).matchAll(IMPORT)].map((match) => match[2]);
  return {
    packages: specifiers.filter((specifier) => /^(@[\w-]+\/)?[a-zA-Z][\w.-]*(\/|$)/.test(specifier)).map(packageName),
    files: specifiers.filter((specifier) => specifier.startsWith('.')).map((specifier) => fromRoot(path, specifier)),
  };
}

/** The files that a file starts or reads by a URL beside its own. */
export function urlsOf({ path, text }: Source): string[] {
  return [...withoutComments(text).matchAll(FILE_URL)].map((match) => fromRoot(path, match[2]));
}

const packageName = (specifier: string) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
const fromRoot = (path: string, relative: string) => normalize(join(dirname(path), relative));
