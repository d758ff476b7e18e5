import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Random } from '../../device-sim/random.ts';

/** A piece of network between a client and a server, which breaks when it is told to. */
export interface WireProxy {
  readonly port: number;
  readonly counts: { readonly cuts: number };
  /** Every connection that is open ends in the middle of the next thing its client says. */
  cutInTheMiddle(random: Random): void;
  /** While true nothing goes through in either direction, and no connection is closed. */
  setSilent(isSilent: boolean): void;
  /** While above 0, whatever goes through is late by this much. */
  setDelay(ms: number): void;
  close(): Promise<void>;
}

interface Wire {
  readonly client: Socket;
  readonly server: Socket;
  /** How much of the next chunk of the client still goes through before both ends are gone, 0 … 1. */
  cutAt: number | null;
}

const HOST = '127.0.0.1';

/**
 * Listens on `port` (0: on any) and carries bytes to and from `targetPort`, in order, with the back-pressure of both
 * ends.
 */
export async function startWireProxy(targetPort: number, port: number): Promise<WireProxy> {
  const wires = new Set<Wire>();
  const counts = { cuts: 0 };
  let isSilent = false;
  let delayMs = 0;
  const server = createServer((client) => {
    const wire: Wire = { client, server: connect({ host: HOST, port: targetPort }), cutAt: null };
    wires.add(wire);
    carry(wire, 'client', 'server');
    carry(wire, 'server', 'client');
  });

  function carry(wire: Wire, from: 'client' | 'server', to: 'client' | 'server'): void {
    const [source, target] = [wire[from], wire[to]];
    source.setNoDelay(true);
    let last = Promise.resolve();
    source.on('data', (chunk) => {
      source.pause();
      last = last.then(async () => {
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
        if (from === 'client' && wire.cutAt !== null) return cut(wire, chunk);
        if (target.destroyed) return;
        if (!target.write(chunk)) await new Promise<void>((resolve) => onceWritableOrGone(target, resolve));
        if (!isSilent) source.resume();
      });
    });
    // A lost end is the other end's loss: that is what this is for, and both services hear of it by themselves.
    source.on('error', () => target.destroy());
    source.on('close', () => {
      void last.then(() => target.end());
      // One that is frozen never answers that, and is still to be closed with the proxy.
      if (target.closed) wires.delete(wire);
    });
    if (isSilent) source.pause();
  }

  function cut(wire: Wire, chunk: Buffer): void {
    counts.cuts++;
    const part = chunk.subarray(0, Math.max(1, Math.floor(chunk.length * (wire.cutAt ?? 0))));
    wire.server.write(part, () => wire.server.destroy());
    wire.client.destroy();
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    cutInTheMiddle(random) {
      for (const wire of wires) wire.cutAt = random.next();
    },
    setSilent(next) {
      isSilent = next;
      for (const { client, server: target } of wires) {
        for (const end of [client, target]) isSilent ? end.pause() : end.resume();
      }
    },
    setDelay(ms) {
      delayMs = ms;
    },
    async close() {
      for (const { client, server: target } of wires) {
        client.destroy();
        target.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function onceWritableOrGone(socket: Socket, run: () => void): void {
  const done = () => {
    socket.off('drain', done);
    socket.off('close', done);
    run();
  };
  socket.on('drain', done);
  socket.on('close', done);
}
