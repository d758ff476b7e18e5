import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** What one run of a test file took. */
export interface FileCost {
  readonly seconds: number;
  /** Of all its processes; 0 when it was ended before it could tell. */
  readonly cpuSeconds: number;
}

/** By the file's path from the root of the project. */
export type Costs = Readonly<Record<string, FileCost>>;

const SLOWEST = 10;
/** Files that take less are not in the kept list. */
const KEPT_FROM_S = 5;
/** What a whole run may take on two cores. */
const WHOLE_RUN_S = 900;

const ownFile = (root: string) => join(root, 'node_modules/.cache/test-costs.json');
const keptFile = (root: string) => join(root, 'test/costs/slow-files.json');

/** What files took the last time on this machine; of those that never ran here, what is kept of the slow ones. */
export function readCosts(root: string): Costs {
  const read = (file: string): Costs => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
  return { ...read(keptFile(root)), ...read(ownFile(root)) };
}

export function writeCosts(root: string, ran: Costs): void {
  const file = ownFile(root);
  mkdirSync(dirname(file), { recursive: true });
  const all = { ...readCosts(root), ...ran };
  // Two runs may end at once; each leaves a whole file.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(all));
  renameSync(`${file}.${process.pid}`, file);
}

/** Writes what is known here of slow files into the repository, for machines on which nothing ran yet. */
export function keepCosts(root: string): void {
  const slow = Object.entries(readCosts(root))
    .filter(([file, { seconds }]) => seconds >= KEPT_FROM_S && existsSync(join(root, file)))
    .sort(bySeconds)
    .map(([file, { seconds, cpuSeconds }]) => {
      return [file, { seconds: Math.round(seconds), cpuSeconds: Math.round(cpuSeconds) }];
    });
  mkdirSync(dirname(keptFile(root)), { recursive: true });
  writeFileSync(keptFile(root), `${JSON.stringify(Object.fromEntries(slow), null, 2)}\n`);
}

const bySeconds = (a: [string, FileCost], b: [string, FileCost]) => b[1].seconds - a[1].seconds;

/**
 * Unit tests come first: they say soonest what is wrong. Of each kind the longest come first, so that at the end short
 * ones are left and no long one runs while nothing else is to be done. Files nobody knows may be long.
 */
export function inOrder(files: readonly string[], root: string, costs: Costs): string[] {
  const seconds = (file: string) => costs[relative(root, file)]?.seconds ?? KEPT_FROM_S;
  const isLive = (file: string) => Number(file.endsWith('.live.test.ts'));
  return [...files].sort((a, b) => isLive(a) - isLive(b) || seconds(b) - seconds(a) || (a < b ? -1 : 1));
}

/** CPU seconds by file, as `preload.ts` left them. A file that starts itself again has them in its own. */
export function readCpuSeconds(folder: string): Map<string, number> {
  const left = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const found = new Map<string, number>();
  for (const { file, cpuS } of left as { file: string; cpuS: number }[])
    found.set(file, Math.max(found.get(file) ?? 0, cpuS));
  return found;
}

/** The slowest files and the whole, in lines for whoever made them slower. */
export function describeCosts(ran: Costs, tookS: number): string[] {
  const seconds = (value: number) => `${Math.round(value)} s`.padStart(6);
  const lines = Object.entries(ran)
    .sort(bySeconds)
    .slice(0, SLOWEST)
    .map(([file, cost]) => `${seconds(cost.seconds)}, CPU ${seconds(cost.cpuSeconds)}  ${file}`);
  const cpuS = Object.values(ran).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const whole = `all of it took ${Math.round(tookS)} s, and ${Math.round(cpuS)} s of CPU`;
  const isLong = tookS > WHOLE_RUN_S ? [`a whole run is to take no longer than ${WHOLE_RUN_S} s on two cores`] : [];
  return ['the slowest files:', ...lines, whole, ...isLong];
}
