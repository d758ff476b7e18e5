import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../../stack/engine.ts';
import { freePort, isPortTaken } from '../../stack/ports.ts';
import type { LoadTarget } from '../deployment/load-process.ts';
import { PeerMissingError, type PeerPlace } from './peer.ts';

export interface Mosquitto extends LoadTarget {
  readonly pid: number;
  readonly version: string;
}

const INSTALL_TIMEOUT_MS = 180_000;
const HOST = '127.0.0.1';
/** Debian puts it where only an administrator's path looks. */
const PLACES = ['mosquitto', '/usr/sbin/mosquitto'];

/** Eclipse Mosquitto, at its best: nothing persisted, no limit on what it holds. Throws PeerMissingError. */
export async function startMosquitto({ dir, release, say, mayInstall }: PeerPlace): Promise<Mosquitto> {
  const { command, version } = findMosquitto() ?? install(mayInstall, say);
  const own = join(dir, 'mosquitto');
  const port = await freePort(HOST);
  const conf = [
    `listener ${port} ${HOST}`,
    'allow_anonymous true',
    'set_tcp_nodelay true',
    'persistence false',
    'max_inflight_messages 0',
    'max_queued_messages 0',
    'max_queued_bytes 0',
    // It would become another user otherwise, who may not read the folder.
    `user ${userInfo().username}`,
    'log_type error',
    'log_type warning',
    'log_dest stderr',
    '',
  ].join('\n');
  const engine = await startEngine({
    name: 'mosquitto',
    command,
    args: ['-c', join(own, 'mosquitto.conf')],
    dir: own,
    host: HOST,
    ports: [{ port }],
    urls: {},
    files: { 'mosquitto.conf': conf },
    isReady: () => isPortTaken(port, HOST),
    readyTimeoutMs: 30_000,
    stopTimeoutMs: 10_000,
  });
  release.add('mosquitto', () => engine.stop(), { timeoutMs: 15_000 });
  return { host: HOST, mqttPort: port, pid: engine.pid, version };
}

function findMosquitto(): { command: string; version: string } | undefined {
  for (const command of PLACES) {
    const { stdout } = spawnSync(command, ['-h'], { encoding: 'utf8' });
    const [, version] = /mosquitto version ([\d.]+)/.exec(stdout ?? '') ?? [];
    if (version) return { command, version };
  }
  return undefined;
}

function install(mayInstall: boolean, say: (text: string) => void) {
  if (!mayInstall) throw new PeerMissingError('mosquitto is not installed');
  say('installing mosquitto');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'mosquitto']]) {
    const { status, error, stderr } = spawnSync('apt-get', args, { encoding: 'utf8', timeout: INSTALL_TIMEOUT_MS });
    if (status !== 0) throw new PeerMissingError(`apt-get ${args[0]} failed: ${error?.message ?? stderr.trim()}`);
  }
  const found = findMosquitto();
  if (!found) throw new PeerMissingError('mosquitto does not run after it was installed');
  return found;
}
