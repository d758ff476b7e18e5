import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const MAIN = resolve(import.meta.dirname, 'main.ts');
/** Enough to see what went wrong at the end, and not pages of it. */
const LAST_LINES = 25;

/** What a run left of itself. */
export const NOTHING = { files: [], processes: [] } as const;

/** A run with its own folder for temporary files inside `dir`, so that whatever it leaves behind is seen. */
export function bench(dir: string, name: string, args: readonly string[]) {
  const temporary = mkdtempSync(join(dir, `${name}-`));
  const resultsDir = join(dir, `${name}-results`);
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args, `--results-dir=${resultsDir}`], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const said = Promise.withResolvers<void>();
  said.promise.catch(() => undefined); // not everybody waits for it, and the end says better what went wrong
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('measuring')) said.resolve();
    });
  }
  const lastLines = () => output.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  const ended = once(child, 'close').then(([code]) => {
    said.reject(new Error(`${name} ended before it measured; its last lines:\n${lastLines()}`));
    return code as number | null;
  });

  return {
    child,
    /** Resolves with the exit code. */
    ended,
    measuring: said.promise,
    lastLines,
    /** The one result of a run that passed. Fails in one line with the reasons of a run that did not. */
    async result() {
      const code = await ended;
      const files = existsSync(resultsDir) ? readdirSync(resultsDir) : [];
      if (files.length === 0)
        assert.fail(`${name} ended with code ${code} and no result; its last lines:\n${lastLines()}`);
      assert.equal(files.length, 1, `${name} wrote ${files.length} results: ${files.join(', ')}`);
      const result = JSON.parse(readFileSync(join(resultsDir, files[0]), 'utf8'));
      if (!result.pass) assert.fail(`${name} did not pass: ${result.reasons.join('; ')}`);
      assert.deepEqual(result.reasons, []);
      assert.equal(code, 0, `${name} passed and ended with code ${code}; its last lines:\n${lastLines()}`);
      return result;
    },
    leftBehind: () => ({ files: readdirSync(temporary), processes: processesOn(temporary) }),
  };
}

/** Processes whose command line names `folder`, as every engine's and service's does. */
function processesOn(folder: string): string[] {
  const commandOf = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return ''; // it ended meanwhile
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandOf)
    .filter((command) => command.includes(folder));
}
