import { BOUND_FAULTS } from './bound-faults.ts';
import { DEVICE_FAULTS } from './device-faults.ts';
import { DISK_FAULTS } from './disk-faults.ts';
import type { Fault } from './fault.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { POISON_FAULTS } from './poison-faults.ts';
import { PROCESS_FAULTS } from './process-faults.ts';

/** Every fault, in the order of the table. */
export const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...NETWORK_FAULTS,
  ...POISON_FAULTS,
  ...DEVICE_FAULTS,
  ...BOUND_FAULTS,
  ...DISK_FAULTS,
];
export const FAULT_NAMES = FAULTS.map(({ name }) => name);
