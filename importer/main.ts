/** `npm run import`: sends activity files over the path of live samples. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../runtime/clock.ts';
import { createWebsocketConnect } from '../runtime/device-client/websocket.ts';
import { runMain } from '../runtime/run-main.ts';
import { signToken } from '../runtime/token.ts';
import { loadSigningKey } from '../runtime/token-keys.ts';
import { WEBSOCKET_PATH } from '../schemas/names.ts';
import { importDevice } from './identity.ts';
import { assertAthlete, createImportService } from './import-service.ts';
import { importOptions } from './options.ts';

const TOKEN_LIFETIME_MS = 24 * 3_600_000;

await runMain(
  'npm run import --',
  importOptions,
  async (options) => {
    assertAthlete(options.athlete);
    const connect = createWebsocketConnect({ url: `ws://${options.host}:${options.websocketPort}${WEBSOCKET_PATH}` });
    const token = options.open ? null : await importerToken(options.tokenKey, options.athlete);
    const { stdout: out, stderr: err } = process;
    return createImportService({ options, connect, token, clock: systemClock, out, err });
  },
  { logTo: 'stderr' },
);

async function importerToken(keyFile: string, athlete: string): Promise<string> {
  const issuedMs = systemClock.nowMs();
  return signToken(await loadSigningKey(keyFile, '--token-key'), {
    role: 'device',
    subject: importDevice(athlete),
    athlete,
    tokenId: randomUUID(),
    issuedMs,
    expiresMs: issuedMs + TOKEN_LIFETIME_MS,
    importer: true,
  });
}
