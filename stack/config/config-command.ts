import { OptionError } from '../../runtime/options.ts';
import { athleteEntity } from './athlete-entity.ts';
import type { ConfigCommandDeps, ConfigEntity } from './entity.ts';
import { excludeEntity } from './exclude-entity.ts';
import { priorityEntity } from './priority-entity.ts';
import { wetEntity } from './wet-entity.ts';

const ENTITIES: Readonly<Record<string, ConfigEntity>> = {
  priority: priorityEntity,
  athlete: athleteEntity,
  exclude: excludeEntity,
  wet: wetEntity,
};

/**
 * Shows, sets or takes back what CONFIG holds of something; answers what to print. Throws OptionError,
 * KvUnavailableError, KeyConflictError, SettingsChangedError.
 */
export async function runConfigCommand(deps: ConfigCommandDeps): Promise<string> {
  const { entity } = deps.options;
  const run = Object.hasOwn(ENTITIES, entity) ? ENTITIES[entity] : null;
  if (run === null) {
    throw new OptionError(`"${entity}" cannot be set: npm run config -- ${Object.keys(ENTITIES).join(' | ')} …`);
  }
  return run(deps);
}
