import type { Connections } from '../../schemas/operations.ts';
import { number, say } from './say.ts';

/** Who is connected, as far as those who know are named and answer. */
export function ConnectionsSection({ connections }: { connections: Connections }) {
  const { devices, ingests, silentIngests, nats } = connections;
  const text = (count: number | null | undefined) => (count == null ? say('unknown') : number(count));
  return (
    <section aria-labelledby="connections" data-ingests={ingests}>
      <h2 id="connections">{say('connections')}</h2>
      <dl class="numbers">
        <Count name="mqtt" words={say('overMqtt')} text={text(devices?.mqtt)} />
        <Count name="websocket" words={say('overWebsocket')} text={text(devices?.websocket)} />
        <Count name="nats" words={say('natsClients')} text={text(nats)} />
      </dl>
      {ingests === 0 && <p class="beside">{say('noIngests')}</p>}
      {silentIngests > 0 && <p class="ill">{say('silentIngests', { n: silentIngests, all: ingests })}</p>}
    </section>
  );
}

function Count({ name, words, text }: { name: string; words: string; text: string }) {
  return (
    <div data-connections={name}>
      <dt>{words}</dt>
      <dd>{text}</dd>
    </div>
  );
}
