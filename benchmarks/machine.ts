import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

const MIB = 1024 * 1024;
const ROOT = new URL('..', import.meta.url);

/** What ran, and on what: without these a number says nothing. */
export function describeRun() {
  return {
    commit: git('rev-parse', 'HEAD'),
    hasLocalChanges: git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!benchmarks/results') !== '',
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryMib: Math.round(totalmem() / MIB),
      system: `${type()} ${release()} ${arch()}`,
      /** Work of others on the machine makes a result worse. */
      loadAverage1Min: loadavg()[0],
    },
    versions: { node: process.version, ...engineVersions() },
  };
}

function git(...args: string[]): string {
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}

function engineVersions(): Record<string, string> {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8'));
  const { natsServer, questdb } = read('stack/versions.json');
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return {
    natsServer: natsServer.version,
    questdb: questdb.version,
    chdb: read('node_modules/chdb/package.json').version,
    java: (java.status === 0 && /^.* version .*$/m.exec(java.stderr)?.[0]) || 'none',
  };
}
