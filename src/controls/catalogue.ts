import { type Control, type ControlId, controlIds } from './control.ts';
import { c01 } from './data/c01.ts';
import { c02 } from './data/c02.ts';
import { c03 } from './data/c03.ts';
import { c04 } from './data/c04.ts';
import { c05 } from './data/c05.ts';
import { c06 } from './data/c06.ts';
import { c07 } from './data/c07.ts';
import { c08 } from './data/c08.ts';
import { c09 } from './data/c09.ts';
import { c10 } from './data/c10.ts';
import { c11 } from './data/c11.ts';
import { c12 } from './data/c12.ts';
import { c13 } from './data/c13.ts';
import { c14 } from './data/c14.ts';
import { c15 } from './data/c15.ts';
import { c16 } from './data/c16.ts';
import { c17 } from './data/c17.ts';
import { c18 } from './data/c18.ts';
import { c19 } from './data/c19.ts';
import { c20 } from './data/c20.ts';

const byId: Readonly<Record<ControlId, Control>> = {
  C01: c01,
  C02: c02,
  C03: c03,
  C04: c04,
  C05: c05,
  C06: c06,
  C07: c07,
  C08: c08,
  C09: c09,
  C10: c10,
  C11: c11,
  C12: c12,
  C13: c13,
  C14: c14,
  C15: c15,
  C16: c16,
  C17: c17,
  C18: c18,
  C19: c19,
  C20: c20,
};

/** All 20 controls, in the order of the checklist. */
export const controls: readonly Control[] = controlIds.map((id) => byId[id]);

/** The control of an id. */
export function controlOf(id: ControlId): Control {
  return byId[id];
}

/** The id that a person means by `C01`, `c1` or `1`; undefined for anything else. */
export function parseControlId(text: string): ControlId | undefined {
  const digits = /^[Cc]?(\d{1,2})$/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const id = `C${digits.padStart(2, '0')}`;
  return controlIds.find((known) => known === id);
}
