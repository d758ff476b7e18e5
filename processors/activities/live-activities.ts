import type { Bus } from '../../runtime/bus.ts';
import type { Holder } from '../../runtime/holder/holder.ts';
import { encodeLive, readLiveQuestion } from '../../schemas/live-activity.ts';
import type { Names } from '../../schemas/names.ts';
import type { Activities } from './activity-reducer.ts';
import { METRIC_VERSIONS } from './metrics/versions.ts';

export interface LiveActivitiesDeps {
  readonly bus: Bus;
  readonly names: Names;
  readonly shards: number;
  readonly holder: Pick<Holder, 'held'>;
  readonly activities: Activities;
}

/**
 * Answers what goes on right now. Who watches asks several times a second, so what nobody watches costs nothing, and a
 * question finds the new holder of a shard by itself. Only the shard's holder answers.
 */
export function serveLiveActivities({ bus, names, shards, holder, activities }: LiveActivitiesDeps): void {
  for (let shard = 0; shard < shards; shard++) {
    bus.subscribe(names.liveActivities(shard), (message) => {
      const question = readLiveQuestion(message.data);
      const held = holder.held().find((one) => one.shard === shard);
      if (question === null || held === undefined || !held.isCaughtUp) return;
      const activity = activities.live(shard, question.athlete);
      message.respond(encodeLive({ activity, epoch: held.epoch, versions: METRIC_VERSIONS }));
    });
  }
}
