import type { Flow } from '../../schemas/operations.ts';
import { number, STORES, say } from './say.ts';
import { Sparkline } from './sparkline.tsx';

/** How many samples come, and how many each store writes. */
export function FlowSection({ flows, atMs }: { flows: readonly Flow[]; atMs: number }) {
  return (
    <section aria-labelledby="flows" class="whole">
      <h2 id="flows">{say('flows')}</h2>
      <ul class="tiles">
        {flows.map(({ flow, perS, overMs, recent }) => (
          <li key={flow} data-flow={flow}>
            <h3>{flow === 'accepted' ? say('accepted') : say('stored', { store: STORES[flow] })}</h3>
            <p class="value">{perS === null ? '–' : number(perS)}</p>
            <p class="beside">
              {perS === null ? say('noRate') : say('overSeconds', { n: Math.round(overMs / 1_000) })}
            </p>
            <Sparkline kind={flow} untilMs={atMs} points={recent.map((one) => ({ atMs: one.atMs, value: one.perS }))} />
          </li>
        ))}
      </ul>
    </section>
  );
}
