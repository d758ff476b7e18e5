import { AwsClient } from 'aws4fetch';
import { assertObjectKey, type ObjectStore, ObjectsUnavailableError } from './objects.ts';

export interface S3Options {
  /** Of the bucket: `https://host/bucket`. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly timeoutMs: number;
}

const RETRIES = 2;

/** Objects in a bucket of any S3, which is there already. What ages out of it is for its lifecycle rules to say. */
export function createS3Objects({ url, timeoutMs, ...credentials }: S3Options): ObjectStore {
  const client = new AwsClient({ ...credentials, service: 's3', retries: RETRIES });
  const base = url.replace(/\/+$/, '');

  async function ask(method: string, key: string, body?: Uint8Array): Promise<Response> {
    assertObjectKey(key);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const init = { method, signal, ...(body && { body: body as Uint8Array<ArrayBuffer> }) };
      const answer = await client.fetch(`${base}/${key}`, init);
      if (answer.ok || answer.status === 404) return answer;
      throw new Error(`${method} was answered with ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  return {
    async put(key, bytes) {
      const { status } = await ask('PUT', key, bytes);
      if (status === 404) throw new ObjectsUnavailableError('there is no such bucket');
    },
    async get(key) {
      const answer = await ask('GET', key);
      if (answer.status === 404) return null;
      try {
        return new Uint8Array(await answer.arrayBuffer());
      } catch (cause) {
        throw unavailable(cause);
      }
    },
    async delete(key) {
      await ask('DELETE', key);
    },
  };
}

function unavailable(cause: unknown): ObjectsUnavailableError {
  return new ObjectsUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
}
