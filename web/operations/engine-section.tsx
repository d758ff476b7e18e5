import type { EngineHealth, EngineState } from '../../schemas/operations.ts';
import { STORES, say, span } from './say.ts';
import type { OperationsPhrase } from './words-en.ts';

const WORDS: Readonly<Record<EngineHealth, OperationsPhrase>> = {
  up: 'up',
  unwell: 'unwellEngine',
  silent: 'silent',
  down: 'down',
};

/** Whether each engine answers, and how fast. */
export function EngineSection({ engines }: { engines: readonly EngineState[] }) {
  return (
    <section aria-labelledby="engines" class="whole">
      <h2 id="engines">{say('engines')}</h2>
      <ul class="tiles">
        {engines.map(({ engine, health, version, tookMs }) => (
          <li key={engine} data-engine={engine} data-health={health}>
            <h3>{STORES[engine]}</h3>
            <p class={health === 'up' ? 'well' : 'ill'}>{say(WORDS[health])}</p>
            <p class="beside">
              {version !== null && version !== '' && (
                <span>
                  {say('version')} {version}
                </span>
              )}
              {tookMs !== null && (
                <span>
                  {say('answered')} {span(Math.max(tookMs, 0.1))}
                </span>
              )}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
