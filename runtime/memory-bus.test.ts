import { testBus } from './bus-conformance.ts';
import { systemClock } from './clock.ts';
import { createMemoryBusHub } from './memory-bus.ts';

const hub = createMemoryBusHub(systemClock);

testBus('memory', async () => ({ one: hub.open(), two: hub.open() }));
