import { timeOfDay } from '../race/race-format.ts';
import type { AuditedAct } from './organiser-api.ts';
import { tell, tellKnown } from './tell.ts';

/** What an act says, in words; `nameOf` names a checkpoint. */
export function actText({ act }: Pick<AuditedAct, 'act'>, nameOf: (checkpoint: string) => string): string {
  switch (act.type) {
    case 'verdict':
      return tell('act_verdict', { bib: act.bib, verdict: tell(`verdict_${act.verdict}`) });
    case 'crossing': {
      const { bib, checkpoint, pass, timeMs } = act;
      return tell('act_crossing', { bib, checkpoint: nameOf(checkpoint), pass, time: timeOfDay(timeMs) });
    }
    case 'strike':
      return tell('act_strike', { bib: act.bib, checkpoint: nameOf(act.checkpoint), pass: act.pass });
    case 'review':
      return tell('act_review', { finding: act.finding, decision: tellKnown('decision', act.decision) });
    case 'freeze':
      return tell('act_freeze');
    case 'publish':
      return tell('act_publish');
    case 'undo':
      return tell('act_undo', { number: act.number });
  }
}
