import { Type } from 'typebox';
import {
  type ActivityOrigins,
  CHANNEL_GROUPS,
  type ChannelGroup,
  GROUP_NAMES,
  type GroupShare,
  type SourceShare,
  type SpanS,
} from '../../schemas/activity-origins.ts';
import { isFileSource } from '../../schemas/source-ranks.ts';

const closed = { additionalProperties: false };
const seconds = (description: string) => Type.Integer({ description });
const Spans = (description: string) =>
  Type.Array(Type.Object({ fromS: Type.Integer(), untilS: Type.Integer() }, closed), { description });

const GROUPS_SAID = GROUP_NAMES.map(
  (name) => `\`${name}\`: ${CHANNEL_GROUPS[name].join(', ') || 'times between beats'}.`,
);

const Group = Type.Object(
  {
    group: Type.Enum(GROUP_NAMES, {
      type: 'string',
      description: `Channels that are measured together. ${GROUPS_SAID.join(' ')}`,
    }),
    gaveS: seconds('Seconds in which a value of it counts'),
    aloneS: seconds('Of these, seconds in which nobody else measured the group'),
    outrankedS: seconds('Seconds in which it measured too, and only values of better ranked sources count'),
    gave: Spans('When it gave, in seconds since the start; pauses of up to ten seconds are joined'),
    alone: Spans('When it was alone: what would be missing without it'),
    isCoarse: Type.Boolean({ description: 'There were more spans than are kept; the closest are joined' }),
    reasons: Type.Array(Type.String(), { description: 'The same in words' }),
  },
  closed,
);

export const ActivitySources = Type.Object(
  {
    id: Type.String(),
    status: Type.Enum(['live', 'finished'], { type: 'string' }),
    revision: Type.Integer(),
    rule: Type.String({ description: 'How a value is chosen where several measured' }),
    sources: Type.Array(
      Type.Object(
        {
          device: Type.String(),
          source: Type.String(),
          isFile: Type.Boolean(),
          rank: Type.Integer({ description: 'Its place in the order, from 0; the least wins' }),
          groups: Type.Array(Group),
        },
        closed,
      ),
      { description: 'The best ranked first' },
    ),
  },
  { ...closed, title: 'Sources of an activity' },
);

const Seconds = Type.Object(
  {
    gaveS: seconds('Seconds in which a value of it counts'),
    aloneS: seconds('Of these, seconds in which nobody else measured it'),
    outrankedS: seconds('Seconds in which it measured too, and better ranked sources count'),
  },
  closed,
);

/** The short form, which an activity's answer has: what {@link ActivitySources} says, without spans and words. */
export const Origins = Type.Array(
  Type.Object(
    {
      device: Type.String(),
      source: Type.String(),
      isFile: Type.Boolean(),
      groups: Type.Unsafe<Partial<Record<ChannelGroup, Pick<GroupShare, 'gaveS' | 'aloneS' | 'outrankedS'>>>>(
        Type.Object(Object.fromEntries(GROUP_NAMES.map((name) => [name, Type.Optional(Seconds)])), {
          ...closed,
          description: `What it measured, by groups of channels. ${GROUPS_SAID.join(' ')}`,
        }),
      ),
    },
    closed,
  ),
  { description: 'Which device and source gave what, the best ranked first; `/sources` says when, and why' },
);

export function originsAnswer({ sources }: ActivityOrigins) {
  return sources.map(({ device, source, groups }) => ({
    device,
    source,
    isFile: isFileSource(source),
    groups: Object.fromEntries(
      Object.entries(groups).map(([name, { gaveS, aloneS, outrankedS }]) => [name, { gaveS, aloneS, outrankedS }]),
    ),
  }));
}

const RULE =
  'In each second and channel the value of the best ranked source that has one counts: first the sources that the ' +
  'athlete prefers, in that order, then sensors that measure a thing themselves, then devices that have it from ' +
  'elsewhere, then files, which fill what all others lack.';

/** Who gave what, and why, in numbers and in words. */
export function explained({ sources, contests }: ActivityOrigins) {
  const nameOf = ({ device, source }: SourceShare) => `${device}/${source}`;
  return {
    rule: RULE,
    sources: sources.map((one, place) => ({
      device: one.device,
      source: one.source,
      isFile: isFileSource(one.source),
      rank: place,
      groups: GROUP_NAMES.flatMap((group) => {
        const share = one.groups[group];
        if (share === undefined) return [];
        const winners = contests
          .filter((contest) => contest.group === group && contest.loser === place)
          .map(({ winner, seconds }) => ({ name: nameOf(sources[winner]), seconds }));
        return [{ group, ...shareAnswer(share), reasons: reasonsOf(group, share, winners) }];
      }),
    })),
  };
}

const shareAnswer = ({ gave, alone, ...counts }: GroupShare) => ({
  ...counts,
  gave: gave.map(([fromS, untilS]) => ({ fromS, untilS })),
  alone: alone.map(([fromS, untilS]) => ({ fromS, untilS })),
});

function reasonsOf(
  group: ChannelGroup,
  { gaveS, aloneS, outrankedS, alone }: GroupShare,
  winners: readonly { name: string; seconds: number }[],
): string[] {
  const what = group.replace('_', ' ');
  const together = gaveS - aloneS;
  const others = winners.map(({ name, seconds }) => `${name} (${seconds} s)`).join(', ');
  return [
    ...(aloneS > 0 ? [`Only it measured ${what} for ${aloneS} s: ${spansText(alone)}.`] : []),
    ...(together > 0 ? [`It gave ${what} for ${together} s in which others measured it too.`] : []),
    ...(outrankedS > 0
      ? [`Its ${what} does not count for ${outrankedS} s, because better ranked sources measured it: ${others}.`]
      : []),
  ];
}

const MAX_SPANS_SAID = 5;

function spansText(spans: readonly SpanS[]): string {
  const said = spans.slice(0, MAX_SPANS_SAID).map(([from, until]) => `${clockText(from)}–${clockText(until)}`);
  return said.join(', ') + (spans.length > MAX_SPANS_SAID ? ` and ${spans.length - MAX_SPANS_SAID} more` : '');
}

/** 1:02:03 since the start. */
function clockText(atS: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(atS / 3_600)}:${two(Math.floor(atS / 60) % 60)}:${two(atS % 60)}`;
}
