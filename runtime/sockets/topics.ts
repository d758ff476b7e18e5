/** Who has subscribed to what. A topic without members is forgotten. */
export interface Topics<Member> {
  add(topic: string, member: Member): void;
  delete(topic: string, member: Member): void;
  /** Takes the member out of all of its topics. */
  deleteMember(member: Member): void;
  members(topic: string): Iterable<Member>;
}

export function createTopics<Member>(): Topics<Member> {
  const membersOf = new Map<string, Set<Member>>();
  const topicsOf = new Map<Member, Set<string>>();

  function remove(topic: string, member: Member): void {
    const members = membersOf.get(topic);
    members?.delete(member);
    if (members?.size === 0) membersOf.delete(topic);
    const topics = topicsOf.get(member);
    topics?.delete(topic);
    if (topics?.size === 0) topicsOf.delete(member);
  }

  return {
    add(topic, member) {
      if (!membersOf.has(topic)) membersOf.set(topic, new Set());
      membersOf.get(topic)!.add(member);
      if (!topicsOf.has(member)) topicsOf.set(member, new Set());
      topicsOf.get(member)!.add(topic);
    },
    delete: remove,
    deleteMember(member) {
      for (const topic of [...(topicsOf.get(member) ?? [])]) remove(topic, member);
    },
    members: (topic) => membersOf.get(topic) ?? [],
  };
}
