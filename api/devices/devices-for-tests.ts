import assert from 'node:assert/strict';
import type { TestApi } from '../openapi-for-tests.ts';

export interface PairedTestDevice {
  readonly device: string;
  readonly credential: string;
  readonly expiresMs: number;
}

export async function askCode(api: TestApi, accessToken: string): Promise<string> {
  const asked = await api.ask({ method: 'POST', url: '/v1/devices/pairings' }, accessToken);
  assert.equal(asked.status, 201, JSON.stringify(asked.body));
  return asked.body.code;
}

/** Asks for a code and gives it to a device. */
export async function pairDevice(api: TestApi, accessToken: string, device = 'watch-7'): Promise<PairedTestDevice> {
  const payload = { code: await askCode(api, accessToken), device };
  const paired = await api.ask({ method: 'POST', url: '/v1/devices/credentials', payload });
  assert.equal(paired.status, 201, JSON.stringify(paired.body));
  return paired.body;
}
