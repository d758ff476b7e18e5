/** A connection to an address of the API, which pushes. */
export function openSocket(path: string): LinkSocket {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}${path}`);
  socket.binaryType = 'arraybuffer';
  const own: LinkSocket = {
    send: (text) => socket.send(text),
    close: () => socket.close(),
    onopen: null,
    onmessage: null,
    onclose: null,
  };
  socket.onopen = () => own.onopen?.();
  // In their order: unpacking takes a moment, and not each is packed.
  let last: Promise<void> = Promise.resolve();
  socket.onmessage = ({ data }) => {
    last = last.then(async () => own.onmessage?.({ data: await unpacked(data) }));
  };
  socket.onclose = (event) => {
    last = last.then(() => own.onclose?.(event));
  };
  return own;
}

/** What an address with `encoding=deflate` packs begins with; JSON begins with a brace. */
const PACKED_MARK = 1;

async function unpacked(data: ArrayBuffer): Promise<ArrayBuffer> {
  if (new Uint8Array(data, 0, 1)[0] !== PACKED_MARK) return data;
  const packed = new Blob([new Uint8Array(data, 1)]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer();
}

/** The parts of a WebSocket that the link uses. */
export interface LinkSocket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
}

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'waiting'; readonly retryInMs: number }
  | { readonly kind: 'refused'; readonly reason: string };

export interface LiveLinkDeps<Message extends object> {
  readonly open: () => LinkSocket;
  /** Said first on each connection. */
  readonly greeting: () => string;
  readonly setTimer: (run: () => void, delayMs: number) => void;
  /** 0 to 1, so that many pages do not come back in the same moment. */
  readonly random: () => number;
  readonly onState: (state: LinkState) => void;
  readonly onMessage: (message: Message) => void;
}

export interface LiveLink {
  /** Says something while there is a connection; otherwise the next greeting has to say it. */
  say(text: string): void;
  /** Gives a connection up that says nothing any more, and opens another. */
  reconnect(): void;
  stop(): void;
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;
/** The server's word that this token or question will not do. */
const POLICY_VIOLATION = 1008;
/** As for a connection that broke off (RFC 6455, 7.4.1). */
const ABNORMAL = 1006;

/**
 * Keeps the page told: connecting → connected → (lost) waiting → connecting …, or refused, which ends it. Each wait is
 * twice the one before. A message of a lower epoch than was seen comes from a process that was stopped, and is dropped.
 */
export function startLiveLink<Message extends object>(deps: LiveLinkDeps<Message>): LiveLink {
  const { open, greeting, setTimer, random, onState, onMessage } = deps;
  let attempts = 0;
  let epoch = 0;
  let isOver = false;
  let isOpen = false;
  let socket: LinkSocket | null = null;

  function connect(): void {
    if (isOver) return;
    onState({ kind: 'connecting' });
    const own = open();
    socket = own;
    own.onopen = () => {
      isOpen = true;
      own.send(greeting());
    };
    own.onmessage = ({ data }) => {
      const message = readMessage(data);
      if (message === null) return;
      attempts = 0;
      onState({ kind: 'connected' });
      const { epoch: own = epoch } = message as { epoch?: number };
      if (own < epoch) return;
      epoch = own;
      onMessage(message as Message);
    };
    own.onclose = ({ code, reason }) => {
      if (isOver) return;
      isOpen = false;
      if (code === POLICY_VIOLATION) {
        isOver = true;
        onState({ kind: 'refused', reason });
        return;
      }
      const longestMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts);
      attempts++;
      const retryInMs = Math.round(longestMs * (0.5 + random() / 2));
      onState({ kind: 'waiting', retryInMs });
      setTimer(connect, retryInMs);
    };
  }

  connect();
  return {
    say(text) {
      if (isOpen) socket?.send(text);
    },
    reconnect() {
      if (socket === null || !isOpen) return;
      const { onclose } = socket;
      // Its own end may be long in coming, and is not waited for.
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
      onclose?.({ code: ABNORMAL, reason: '' });
    },
    stop() {
      isOver = true;
      socket?.close();
    },
  };
}

function readMessage(data: unknown): object | null {
  try {
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data as ArrayBuffer);
    return JSON.parse(text) as object;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
