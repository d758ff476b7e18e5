import { HEALTH_CONNECT_TYPES } from '../files/health/health-connect-record.ts';
import { RECORD_TABLES } from '../files/health/health-connect-tables.ts';
import { HEALTHKIT_TYPES } from '../files/health/healthkit-types.ts';
import { measureNamed } from '../files/health/measures.ts';
import { unitsOf } from '../files/health/units.ts';

type Table = (header: readonly string[], rows: readonly (readonly string[])[]) => string;

const WHERE = { samples: 'sample', amount: 'amount of an interval', level: 'level' };

function measureCells(measure: string): string[] {
  const { kind, unit, min, max } = measureNamed(measure);
  const name = unit === '1' ? '' : unit;
  return [`\`${measure}\``, WHERE[kind], name, `${min} … ${max}`];
}

/** Types of HealthKit that are kept, with what each becomes. */
export function healthKitTable(table: Table): string {
  const rows = [...HEALTHKIT_TYPES].map(([type, { measure, dimension }]) => {
    const units = unitsOf(dimension).filter((unit) => !/^[a-z_]{5,}$/.test(unit) || unit === 'count');
    return [`\`${type}\``, ...measureCells(measure), units.map((unit) => `\`${unit}\``).join(' ')];
  });
  return table(['type', 'measure', 'kept as', 'unit', 'limits', 'taken in'], rows);
}

/** Records of Health Connect that are kept, with what each becomes. */
export function healthConnectTable(table: Table): string {
  const rows = Object.entries(HEALTH_CONNECT_TYPES).map(([type, { measure, dimension, field, bareUnit, times }]) => {
    const within = times === 'samples' ? `samples[].${field}` : field;
    const words = unitsOf(dimension).filter((unit) => /^[a-z_]{5,}$/.test(unit));
    const units = bareUnit === null ? words.map((unit) => `\`${unit}\``).join(' ') : 'a number';
    return [`\`${type}\``, `\`${within}\``, ...measureCells(measure), units];
  });
  return table(['record', 'field', 'measure', 'kept as', 'unit', 'limits', 'taken in'], rows);
}

/** Tables of Health Connect's own database, with the records of its API that their rows are. */
export function healthConnectTablesTable(table: Table): string {
  const code = (name: string) => `\`${name}\``;
  const rows = RECORD_TABLES.map(({ table: name, samples, column, recordType, unit }) => {
    return [code(name), samples === undefined ? '' : code(samples), code(column), code(recordType), unit ?? ''];
  });
  return table(['table', 'of its samples', 'column', 'record', 'in'], rows);
}
