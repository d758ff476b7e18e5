import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { inlineStyles, packFiles } from './pack-files.ts';
import { pageShells, SHELLS } from './page-shells.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WEB = join(ROOT, 'web');
const DIST = join(WEB, 'dist');
const PAGES = [...Object.keys(SHELLS), 'app.html'];
const SERVICE_WORKER = 'web/app/service-worker.ts';
/**
 * What several pages share is one file, for each costs a turn on a slow network; the libraries that come later, with a
 * map or a chart, are left where they are.
 */
const SHARED = { name: 'shared', minShareCount: 2, test: isSmall };

export interface BuiltPage {
  /** Named for what it was built from, so that several processes may build at once and none takes another's away. */
  readonly dir: string;
  /** False when it was there already. */
  readonly isBuilt: boolean;
}

/** Builds the page unless it was built from the same files before. */
export async function buildPage(): Promise<BuiltPage> {
  const from = digestOfSources();
  const dir = join(DIST, from);
  if (existsSync(dir)) return { dir, isBuilt: false };
  // Built elsewhere and moved, so that a build that is cut off leaves no half page.
  const fresh = join(DIST, `page-${process.pid}`);
  mkdirSync(DIST, { recursive: true });
  await build({
    configFile: false,
    root: WEB,
    // Pages lie at different depths: `/`, `/races/…`.
    base: '/',
    logLevel: 'warn',
    plugins: [pageShells(WEB)],
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    worker: { format: 'es' },
    // The map's library alone is about a megabyte.
    build: {
      ...{ outDir: fresh, target: 'es2022', chunkSizeWarningLimit: 2_000, assetsInlineLimit: 0 },
      rolldownOptions: {
        input: [...PAGES.map((name) => join(WEB, name)), join(ROOT, SERVICE_WORKER)],
        output: {
          codeSplitting: { groups: [SHARED] },
          // A service worker is found again by its name.
          entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
        },
      },
    },
  });
  inlineStyles(fresh);
  packFiles(join(fresh, 'assets'));
  const isBuilt = moveInto(fresh, dir);
  for (const name of readdirSync(DIST)) {
    if (isDigest(name) && name !== from) rmSync(join(DIST, name), { recursive: true, force: true });
  }
  return { dir, isBuilt };
}

/** False when another process that built the same was faster: then its page stays. */
function moveInto(fresh: string, dir: string): boolean {
  try {
    renameSync(fresh, dir);
    return true;
  } catch (error) {
    if (!existsSync(dir)) throw error;
    rmSync(fresh, { recursive: true, force: true });
    return false;
  }
}

/** Style sheets stay apart: one file of all would bring the rules of some pages to those that never asked for them. */
function isSmall(id: string): boolean {
  return !/\.css$|maplibre|uplot|plain-map|use-plot|-chart|charts/.test(id);
}

function isDigest(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

/** Of everything that the page is made from. */
function digestOfSources(): string {
  const hash = createHash('sha256');
  // What was built lies in there too, and is made from nothing but the rest.
  const within = (dir: string) =>
    readdirSync(join(ROOT, dir), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(DIST))
      .map(({ name, parentPath }) => relative(ROOT, join(parentPath, name)));
  const files = [...['web', 'schemas'].flatMap(within), 'package-lock.json'];
  for (const file of files.filter((name) => !name.endsWith('.test.ts')).sort()) {
    hash.update(file).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}
