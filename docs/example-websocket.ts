import { encodeFrame } from '../schemas/frame/encode.ts';
import { peekIdentity, UNKNOWN_IDENTITY } from '../schemas/frame/peek-identity.ts';
import {
  ackOf,
  encodeAcks,
  encodeFrameMessage,
  encodeGoodbye,
  encodeHello,
  encodeSlowDown,
  encodeWelcome,
} from '../schemas/websocket-framing.ts';
import { EXAMPLE_FRAME, hexLines } from './example-frame.ts';

interface Said {
  readonly up: boolean;
  readonly message: Uint8Array;
  readonly meaning: string;
}

const frame = encodeFrame(EXAMPLE_FRAME);
const next = encodeFrame({ ...EXAMPLE_FRAME, seq: 43 });
const stored = ackOf(0, peekIdentity('protobuf', frame), null);
const dead = ackOf(1, UNKNOWN_IDENTITY, 'undecodable_frame');
const refused = ackOf(2, peekIdentity('protobuf', next), 'stream_full');

/** A phone's connection from its first to its last message: the worked example of frames.md. */
export const EXAMPLE_CONVERSATION: readonly Said[] = [
  {
    up: true,
    message: encodeHello({ client: 'app', token: 'watch-7f3a' }),
    meaning: 'hello: client "app", the device as its token',
  },
  {
    up: false,
    message: encodeWelcome({ maxInFlightFrames: 1_024, maxMessageBytes: 262_144 }),
    meaning: 'welcome: 1,024 frames in flight, 262,144 bytes a message',
  },
  { up: true, message: encodeFrameMessage('protobuf', frame), meaning: 'frame 0: the bytes above' },
  { up: true, message: encodeFrameMessage('json', Buffer.from('{"seq":')), meaning: 'frame 1: broken JSON' },
  {
    up: false,
    message: encodeAcks([stored, dead]),
    meaning: 'acks: 0 stored; 1 undecodable_frame, boot and seq unknown',
  },
  { up: false, message: encodeSlowDown(1_000), meaning: 'slow down: nothing for 1,000 ms' },
  { up: true, message: encodeFrameMessage('protobuf', next), meaning: 'frame 2: the same with seq 43' },
  { up: false, message: encodeAcks([refused]), meaning: 'ack: 2 refused, stream_full' },
  { up: false, message: encodeGoodbye('draining'), meaning: 'goodbye: draining; closes with 1001' },
];

const MAX_FRAME_LINES = 2;

/** Every message as bytes; of frames only the beginning, since their bytes stand above. */
export function exampleConversation(): string {
  return EXAMPLE_CONVERSATION.flatMap(({ up, message, meaning }) => {
    const lines = hexLines(message, meaning);
    const shown = up && lines.length > MAX_FRAME_LINES ? [...lines.slice(0, 1), '…'] : lines;
    return shown.map((line, i) => `${i > 0 ? '    ' : up ? 'up  ' : 'down'} ${line}`);
  }).join('\n');
}
