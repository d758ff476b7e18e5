import type { ConsumerLag } from '../../schemas/operations.ts';
import { trailName, trails } from './operations-store.ts';
import { number, STORES, say, span } from './say.ts';
import { Sparkline } from './sparkline.tsx';

/** How far each reader of the streams is behind. */
export function LagSection({ consumers, atMs }: { consumers: readonly ConsumerLag[] | null; atMs: number }) {
  return (
    <section aria-labelledby="lags">
      <h2 id="lags">{say('lags')}</h2>
      {consumers === null && <p class="ill">{say('noLags')}</p>}
      {consumers?.length === 0 && <p>{say('noConsumers')}</p>}
      {consumers !== null && consumers.length > 0 && (
        <table class="lags">
          <thead>
            <tr>
              <th scope="col">{say('consumer')}</th>
              <th scope="col">{say('waiting')}</th>
              <th scope="col">{say('behind')}</th>
            </tr>
          </thead>
          <tbody>
            {consumers.map((lag) => (
              <Lag key={trailName(lag.stream, lag.consumer)} lag={lag} atMs={atMs} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Lag({ lag, atMs }: { lag: ConsumerLag; atMs: number }) {
  const { stream, consumer, readers, waitingMessages, behindMs } = lag;
  return (
    <tr data-stream={stream} data-consumer={consumer}>
      <th scope="row">
        {nameOf(consumer, readers)} <small>{stream}</small>
        <Sparkline kind="lag" untilMs={atMs} points={trails.value.get(trailName(stream, consumer)) ?? []} />
      </th>
      <td>{number(waitingMessages)}</td>
      <td>{span(behindMs)}</td>
    </tr>
  );
}

function nameOf(consumer: string, readers: number): string {
  if (consumer === '') return say('readers', { n: readers });
  return consumer in STORES ? say('sink', { store: STORES[consumer as keyof typeof STORES] }) : consumer;
}
