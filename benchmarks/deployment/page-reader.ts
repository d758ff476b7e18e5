import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ReleaseStack } from '../../runtime/release.ts';
import { anotherAddress, QUESTIONS_EACH } from './loopback-addresses.ts';

export interface PageReader {
  /** What is answered. Throws for anything but 200. */
  read(path: string): Promise<string>;
}

/** Connections of a browser to one server. */
const CONNECTIONS = 6;

/** Asks an API as a browser does, over connections that stay open, from another address now and then. */
export function createPageReader(
  apiUrl: string,
  token: string,
  { release, signal }: { release: ReleaseStack; signal: AbortSignal },
): PageReader {
  const headers = { authorization: `Bearer ${token}` };
  const agents: Agent[] = [];
  let left = 0;
  release.add('connections to the API', async () => {
    for (const agent of agents) agent.destroy();
  });

  return {
    read(path) {
      if (left === 0) {
        // The one before may still wait for an answer.
        agents.push(new Agent({ keepAlive: true, maxSockets: CONNECTIONS, localAddress: anotherAddress() }));
        left = QUESTIONS_EACH;
      }
      left--;
      const agent = agents.at(-1)!;
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      request(apiUrl + path, { agent, headers, signal }, (answer) => {
        text(answer).then((body) => {
          if (answer.statusCode === 200) resolve(body);
          else reject(new Error(`${path} was answered with ${answer.statusCode}: ${body}`));
        }, reject);
      })
        .once('error', reject)
        .end();
      return promise;
    },
  };
}
