/** Where a client got to: an event of one stream of its session. */
export interface EventId {
  /** 0 is the session's own stream (GET); each answer that became a stream has a number of its own. */
  readonly stream: number;
  /** The place in that stream, from 1 on. */
  readonly seq: number;
}

/**
 * The id of an event, unique in its session because no two streams have one number (MCP 2025-11-25, "Resumability and
 * Redelivery"; LEG-HTTP-25, LEG-HTTP-26). It is a place and no secret: whoever shows one has shown before, by
 * credential and session, that the session is theirs.
 */
export function formatEventId({ stream, seq }: EventId): string {
  return `${stream}-${seq}`;
}

/** Reads an attacker-controlled `Last-Event-ID`; undefined for whatever {@link formatEventId} would not have written. */
export function parseEventId(text: string): EventId | undefined {
  // Fifteen digits are exact in a double.
  const [, stream, seq] = /^(0|[1-9]\d{0,14})-([1-9]\d{0,14})$/.exec(text) ?? [];
  return stream === undefined || seq === undefined ? undefined : { stream: Number(stream), seq: Number(seq) };
}
