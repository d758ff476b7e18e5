import { StartError } from '../runtime/service.ts';

/** What an account's device is given for the code that somebody typed into it. */
export interface Paired {
  /** The id that its frames carry from now on. */
  readonly device: string;
  /** Its token at ingest. */
  readonly credential: string;
}

const TIMEOUT_MS = 30_000;

/** Pairs as a device does: its code and its own name for a credential. Throws StartError where the API refuses. */
export async function pairByCode({
  apiUrl,
  code,
  name,
}: {
  apiUrl: string;
  code: string;
  name: string;
}): Promise<Paired> {
  const url = `${apiUrl.replace(/\/$/, '')}/v1/devices/credentials`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, device: name }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause) => {
    throw new StartError(`--api-url ${apiUrl} gives no answer: ${(cause as Error).message}`, { cause });
  });
  const said = (await answer.json().catch(() => ({}))) as Partial<Paired> & { title?: string; detail?: string };
  const { device, credential } = said;
  if (answer.status !== 201 || device === undefined || credential === undefined) {
    throw new StartError(`--pair: the device was not paired: ${said.detail ?? said.title ?? answer.status}`);
  }
  return { device, credential };
}
