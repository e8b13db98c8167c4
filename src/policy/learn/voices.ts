/** Who had something to say, each counted once: tasks, or groups of tasks that are one and the same story. */
export interface Voices {
  readonly known: Set<number>;
  last: number;
  /** Those beyond what is remembered: they count again after another one has spoken. */
  more: number;
}

/** Nobody yet. */
export function createVoices(): Voices {
  return { known: new Set(), last: -1, more: 0 };
}

/** Takes note of a voice. @param room how many are told apart exactly */
export function hear(voices: Voices, voice: number, room: number): void {
  if (voices.last === voice || voices.known.has(voice)) return;
  if (voices.known.size < room) voices.known.add(voice);
  else voices.more += 1;
  voices.last = voice;
}

/** How many there were. */
export function countOf({ known, more }: Voices): number {
  return known.size + more;
}
