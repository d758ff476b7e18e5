import { createWebsocketConnect } from '../../../runtime/device-client/websocket.ts';
import { encodeFrame } from '../../../schemas/frame/encode.ts';
import { WEBSOCKET_PATH } from '../../../schemas/names.ts';
import type { BenchOptions } from '../../options.ts';

type Plan = Pick<BenchOptions, 'devices' | 'window' | 'samplesPerFrame' | 'sampleGapMs'> & {
  readonly url: string;
  readonly framesPerDevice: number;
  /** 16 hex digits; other ones make other frames. */
  readonly boot: string;
};

/** Phones with a connection each and their frames encoded; `run` sends them, as fast as they are acknowledged. */
export async function createPhones({ url, devices, framesPerDevice, window, boot, ...shape }: Plan) {
  const connect = createWebsocketConnect({ url: `${url}${WEBSOCKET_PATH}` });
  const startMs = Date.now() - framesPerDevice * shape.samplesPerFrame * shape.sampleGapMs;
  const phones = await Promise.all(
    Array.from({ length: devices }, async (_, i) => {
      const device = `phone-${i}`;
      const frames = Array.from({ length: framesPerDevice }, (_, seq) => frameOf(device, seq + 1));
      return { frames, connection: await connect({ device, token: null }) };
    }),
  );

  function frameOf(device: string, seq: number): Uint8Array {
    const count = shape.samplesPerFrame;
    const firstMs = startMs + seq * count * shape.sampleGapMs;
    const timesMs = Array.from({ length: count }, (_, i) => firstMs + i * shape.sampleGapMs);
    const column = (value: number) => timesMs.map((_, i) => value + i);
    const columns = { heart_rate: column(120), latitude: column(515_000_000), longitude: column(134_000_000) };
    return encodeFrame({ device, boot, seq, source: 'gps', timesMs, columns });
  }

  return {
    /** Resolves with the frames that were not acknowledged as stored, by what became of them. */
    async run(): Promise<Record<string, number>> {
      const failed: Record<string, number> = {};
      async function sendInTurn(phone: (typeof phones)[number]): Promise<void> {
        for (let frame = phone.frames.shift(); frame; frame = phone.frames.shift()) {
          const outcome = await phone.connection.send(frame);
          if (outcome.kind === 'acknowledged' && outcome.reason === null) continue;
          const fate = outcome.kind === 'lost' ? 'lost' : `${outcome.kind}: ${outcome.reason}`;
          failed[fate] = (failed[fate] ?? 0) + 1;
        }
      }
      await Promise.all(phones.flatMap((phone) => Array.from({ length: window }, () => sendInTurn(phone))));
      return failed;
    },
    close: () => Promise.all(phones.map(({ connection }) => connection.close())),
  };
}
