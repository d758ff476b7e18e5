import { WebSocket } from 'ws';
import type { Peer, PeerRequest } from './peer.ts';

/** A client on a real socket. Rejects with the server's HTTP status when it is refused. */
export function connectWsPeer(
  { host, port }: { host: string; port: number },
  { path = '/', query = '', origin, cookie, answersPings = true }: PeerRequest & { answersPings?: boolean } = {},
): Promise<Peer> {
  const url = `ws://${host}:${port}${path}${query && `?${query}`}`;
  const ws = new WebSocket(url, {
    ...(origin && { origin }),
    ...(cookie && { headers: { cookie } }),
    ...{ perMessageDeflate: false, autoPong: answersPings },
  });
  const early: Uint8Array[] = [];
  let listener = (bytes: Uint8Array): void => void early.push(bytes);
  ws.on('message', (bytes: Buffer) => listener(bytes));
  const closed = new Promise<number>((resolve) => ws.on('close', resolve));

  const peer: Peer = {
    send: (bytes, kind = 'binary') => ws.send(bytes, { binary: kind === 'binary' }),
    onMessage(next) {
      for (const bytes of early.splice(0)) next(bytes);
      listener = next;
    },
    closed,
    stopReading: () => ws.pause(),
    startReading: () => ws.resume(),
    close: (code = 1000) => ws.close(code),
    vanish: () => ws.terminate(),
  };
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve(peer));
    // After it is open an error is followed by `close`, which tells the test.
    ws.on('error', reject);
  });
}
