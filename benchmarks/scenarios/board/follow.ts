import type { FollowedRunner, ToldRow } from './followed-runner.ts';

/** So many may one follow. */
const MAX_FOLLOWED = 10;

export interface Following {
  /** Why a connection was lost. */
  readonly lost: readonly string[];
  close(): void;
}

interface Message {
  readonly type: 'snapshot' | 'delta';
  readonly view: string;
  readonly rows: readonly ToldRow[];
}

/** Follows each of them over the API's WebSocket, ten on each connection. Throws when it cannot be watched. */
export async function follow(apiUrl: string, race: string, runners: readonly FollowedRunner[]): Promise<Following> {
  const byBib = new Map(runners.map((runner) => [runner.bib, runner]));
  const lost: string[] = [];
  let isClosing = false;
  const sockets: WebSocket[] = [];
  for (let from = 0; from < runners.length; from += MAX_FOLLOWED) {
    const socket = new WebSocket(`${apiUrl.replace(/^http/, 'ws')}/v1/live/races/${race}`);
    socket.binaryType = 'arraybuffer';
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error(`${apiUrl} cannot be watched`));
    });
    socket.onclose = ({ code, reason }) => void (isClosing || lost.push(`${code} ${reason}`));
    socket.onmessage = ({ data }) => {
      const { type, view, rows } = JSON.parse(Buffer.from(data as ArrayBuffer).toString()) as Message;
      if (type !== 'delta' || !view.startsWith('bib:')) return;
      for (const row of rows) byBib.get(row.bib)?.hear(row);
    };
    const bibs = runners.slice(from, from + MAX_FOLLOWED).map(({ bib }) => bib);
    socket.send(JSON.stringify({ top: 1, bibs }));
    sockets.push(socket);
  }
  return {
    lost,
    close() {
      isClosing = true;
      for (const socket of sockets) socket.close();
    },
  };
}
