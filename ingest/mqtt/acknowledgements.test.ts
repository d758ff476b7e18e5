import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import mqttPacket, { type IPubackPacket } from 'mqtt-packet';
import { isForLater, REASON_NAMES, type Reason } from '../../schemas/reasons.ts';
import { Acknowledgements, type PubackStyle } from './acknowledgements.ts';
import { pubackCode } from './reason-codes.ts';

interface Publish {
  readonly packetId: number;
  readonly reason: Reason | null;
  /** The frame is settled before the one with the next higher rank. */
  readonly rank: number;
}

const anyPublish: fc.Arbitrary<Publish> = fc.record({
  packetId: fc.integer({ min: 1, max: 0xffff }),
  reason: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.constantFrom(...REASON_NAMES)),
  rank: fc.double({ noNaN: true }),
});

function readPubacks(bytes: readonly Buffer[], style: PubackStyle): IPubackPacket[] {
  const found: IPubackPacket[] = [];
  const parser = mqttPacket.parser({ protocolVersion: style === 'plain' ? 4 : 5 });
  parser.on('packet', (packet) => found.push(packet as IPubackPacket));
  parser.on('error', (err) => assert.fail(err));
  parser.parse(Buffer.concat(bytes));
  return found;
}

function expected({ packetId, reason }: Publish, style: PubackStyle) {
  if (style === 'plain') return [packetId, undefined, undefined];
  const name = style === 'codeAndName' && reason !== null ? reason : undefined;
  return [packetId, reason === null ? 0 : pubackCode(reason), name];
}

for (const style of ['plain', 'code', 'codeAndName'] as const) {
  test(`acknowledgements (${style}) leave in the order of arrival, whatever the order of settling`, () => {
    const rounds = fc.array(fc.array(anyPublish, { maxLength: 70 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(rounds, fc.array(fc.boolean(), { minLength: 1 }), (all, takes) => {
        const acks = new Acknowledgements(style);
        const bytes: Buffer[] = [];
        let count = 0;
        const takeDue = () => {
          const due = acks.takeDue();
          if (due === null) return;
          bytes.push(due.bytes);
          count += due.count;
        };
        const arrived: Publish[] = [];
        let late: { slot: number; publish: Publish }[] = [];
        // What is not settled in its own round is settled in a later one, so that the ring wraps and grows.
        for (const [round, publishes] of [...all, []].entries()) {
          const taken = publishes.map((publish) => ({ slot: acks.take(publish.packetId), publish }));
          arrived.push(...publishes);
          const order = [...late, ...taken].toSorted((a, b) => a.publish.rank - b.publish.rank);
          const keeps = round < all.length ? order.length >> 2 : 0;
          late = order.slice(order.length - keeps);
          for (const [i, { slot, publish }] of order.slice(0, order.length - keeps).entries()) {
            acks.settle(slot, publish.reason);
            if (takes[i % takes.length]) takeDue();
          }
        }
        takeDue();
        const isEnd = ({ reason }: Publish) => reason !== null && isForLater(reason);
        const end = style === 'plain' ? arrived.findIndex(isEnd) : -1;
        const due = end < 0 ? arrived : arrived.slice(0, end);
        const pubacks = readPubacks(bytes, style).map((one) => [
          one.messageId,
          one.reasonCode,
          one.properties?.reasonString,
        ]);
        assert.deepEqual(
          pubacks,
          due.map((publish) => expected(publish, style)),
        );
        assert.deepEqual([count, acks.inFlight], [due.length, arrived.length - due.length]);
        assert.equal(acks.refused, end < 0 ? null : arrived[end].reason);
      }),
      { numRuns: 300 },
    );
  });
}
