import { randomUUID } from 'node:crypto';
import { importDevice } from '../../../importer/identity.ts';
import { importFile } from '../../../importer/import-file.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createWebsocketConnect } from '../../../runtime/device-client/websocket.ts';
import { signToken } from '../../../runtime/token.ts';
import { loadSigningKey } from '../../../runtime/token-keys.ts';
import { WEBSOCKET_PATH } from '../../../schemas/names.ts';
import type { Deployment } from '../../deployment/deployment.ts';

const LIFETIME_MS = 3_600_000;
const GIVE_UP_MS = 30_000;
const MAX_FILE_BYTES = 64 * 1024 ** 2;

/** What imports files of an athlete into a deployment, in the benchmark's own process. */
export async function openImport({ host, websocketPort, tokenKey }: Deployment, athlete: string) {
  const device = importDevice(athlete);
  const issuedMs = Date.now();
  const token = await signToken(await loadSigningKey(tokenKey, '--token-key'), {
    ...{ role: 'device', subject: device, athlete, tokenId: randomUUID() },
    ...{ issuedMs, expiresMs: issuedMs + LIFETIME_MS, importer: true },
  });
  const connect = createWebsocketConnect({ url: `ws://${host}:${websocketPort}${WEBSOCKET_PATH}` });
  return {
    /** Reads what is the athlete's, too. */
    token,
    /** Resolves once all samples are acknowledged, with why not where the file was refused. */
    async send(file: Uint8Array, signal: AbortSignal, onProgress: () => void = () => undefined): Promise<string[]> {
      const verdict = await importFile(file, {
        ...{ athlete, maxBytes: MAX_FILE_BYTES, onProgress },
        send: {
          ...{ connect, credentials: { device, token }, clock: systemClock, giveUpMs: GIVE_UP_MS, signal },
        },
      });
      return verdict.kind === 'refused' ? [`the file was refused: ${verdict.reason}`] : [];
    },
  };
}
