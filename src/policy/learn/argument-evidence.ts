import { posix } from 'node:path';
import type { Scalar } from '../constraint/constraint.ts';
import { type Source, sources as allSources } from '../provenance/source.ts';
import { type Extremes, stretch } from './extremes.ts';
import type { Leaf } from './leaves.ts';
import { type At, createVocabulary, note, type Vocabulary } from './vocabulary.ts';
import { createVoices, hear, type Voices } from './voices.ts';
import { addText, createShape, shapeKey, type WordShape } from './word-shape.ts';

/** What was seen of one argument of one tool. Its memory is bounded, whatever was seen. */
export interface ArgumentEvidence {
  /** Calls that had it. */
  calls: number;
  lastCall: number;
  /** Who had it. */
  readonly voices: Voices;
  isList: boolean;
  /** Most items of a list. */
  items: number;
  /** Values that taught nothing: masked, opaque. */
  unreadable: number;
  texts: number;
  numbers: number;
  booleans: number;
  /** Characters of the longest text. */
  longest: number;
  readonly values: Vocabulary<Scalar>;
  readonly keys: Vocabulary<string>;
  readonly shapes: Map<string, WordShape>;
  readonly origins: Forms;
  readonly domains: Forms;
  readonly folders: Forms;
  /** True while all numbers are whole. */
  isCounted: boolean;
  highest: Extremes | undefined;
  /** Of the negated numbers. */
  lowest: Extremes | undefined;
  /** Calls whose source is known, by what it was. */
  readonly sources: Map<Source, number>;
}

/** Texts that were read in one of the ways that constraints read them. */
export interface Forms {
  texts: number;
  readonly found: Vocabulary<string>;
}

/** Voices that are told apart exactly. */
export const MOST_VOICES = 10_000;
const ROOM_VALUES = 64;
const ROOM_SHAPES = 32;
const ROOM_FORMS = 256;
const LONGEST_VALUE = 200;

/** No evidence yet. */
export function createEvidence(): ArgumentEvidence {
  const forms = (): Forms => ({ texts: 0, found: createVocabulary() });
  return {
    calls: 0,
    lastCall: -1,
    voices: createVoices(),
    isList: false,
    items: 0,
    unreadable: 0,
    texts: 0,
    numbers: 0,
    booleans: 0,
    longest: 0,
    values: createVocabulary(),
    keys: createVocabulary(),
    shapes: new Map(),
    origins: forms(),
    domains: forms(),
    folders: forms(),
    isCounted: true,
    highest: undefined,
    lowest: undefined,
    sources: new Map(),
  };
}

/** Takes note that a call had the argument, once a call. */
export function addPresence(evidence: ArgumentEvidence, at: At, source: Source | undefined): void {
  if (evidence.lastCall === at.call) return;
  evidence.calls += 1;
  evidence.lastCall = at.call;
  hear(evidence.voices, at.voice, MOST_VOICES);
  if (source !== undefined && allSources.includes(source)) {
    evidence.sources.set(source, (evidence.sources.get(source) ?? 0) + 1);
  }
}

/** Takes note of a value. */
export function addLeaf(evidence: ArgumentEvidence, leaf: Leaf, at: At): void {
  if (leaf.kind === 'opaque') evidence.unreadable += 1;
  else if (leaf.kind === 'list') evidence.items = Math.max(evidence.items, leaf.length);
  else {
    if (leaf.inList) evidence.isList = true;
    addScalar(evidence, leaf.value, at);
  }
}

function addScalar(evidence: ArgumentEvidence, value: Scalar, at: At): void {
  if (value === null) return;
  if (typeof value === 'string' && value.length > LONGEST_VALUE) evidence.values.crowdedOut += 1;
  else note(evidence.values, value, at, ROOM_VALUES);
  if (typeof value === 'number') {
    evidence.numbers += 1;
    evidence.isCounted &&= Number.isInteger(value);
    evidence.highest = stretch(evidence.highest, value, at);
    evidence.lowest = stretch(evidence.lowest, -value, at);
  } else if (typeof value === 'boolean') evidence.booleans += 1;
  else addString(evidence, value, at);
}

function addString(evidence: ArgumentEvidence, text: string, at: At): void {
  evidence.texts += 1;
  evidence.longest = Math.max(evidence.longest, text.length);
  addForm(evidence.origins, originOf(text), at);
  addForm(evidence.domains, domainOf(text), at);
  addForm(evidence.folders, folderOf(text), at);
  const key = shapeKey(text);
  if (key === undefined) {
    evidence.keys.crowdedOut += 1;
    return;
  }
  note(evidence.keys, key, at, ROOM_SHAPES);
  if (!evidence.keys.items.has(key)) return;
  let shape = evidence.shapes.get(key);
  if (shape === undefined) evidence.shapes.set(key, (shape = createShape(key)));
  addText(shape, text);
}

function addForm(forms: Forms, form: string | undefined, at: At): void {
  if (form === undefined) return;
  forms.texts += 1;
  note(forms.found, form, at, ROOM_FORMS);
}

function originOf(text: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null || url.origin === 'null' || url.username !== '' || url.password !== '') return undefined;
  return url.origin;
}

function domainOf(text: string): string | undefined {
  return /^[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})$/.exec(text)?.[1]?.toLowerCase();
}

/** The folder of an absolute path that does not climb. */
function folderOf(text: string): string | undefined {
  if (!text.startsWith('/') || text.length > 1_024 || /[\0\\]/.test(text) || text.split('/').includes('..'))
    return undefined;
  const path = posix.normalize(text);
  return path.endsWith('/') && path !== '/' ? path.slice(0, -1) : posix.dirname(path);
}
