import { applyEdits, modify, parse } from 'jsonc-parser';
import { isMap, isSeq, parseDocument, type Document, type YAMLSeq } from 'yaml';
import type { ControlId } from '../../controls/control.ts';
import { MerlonError } from '../../kernel/errors.ts';
import type { WrittenAttestation } from './attestations.ts';

const KEY = 'attestations';
const AT_THE_TOP = `# What people attest of controls that looking alone cannot settle. merlon attest writes this file.\n`;

/**
 * The text of the file with an attestation put in, or in the place of the control's earlier one. All else of the text
 * stays, comments included. The text has been read before: it is one of attestations, or empty.
 */
export function withAttestation(text: string, file: string, one: WrittenAttestation): string {
  const { control, by, date, expires, statement, evidence } = one;
  const value = { control, by, date, expires, statement, evidence };
  if (isJson(file)) return editJson(text, (list) => ({ at: placeIn(list, control), value }));
  return editYaml(text, (document, list) => {
    const at = placeOf(list, control);
    if (at === -1) list.add(document.createNode(value));
    else list.set(at, document.createNode(value));
  });
}

/** The text without the control's attestation; undefined where there is none. */
export function withoutAttestation(text: string, file: string, control: ControlId): string | undefined {
  if (!isJson(file)) {
    let isThere = false;
    const edited = editYaml(text, (_document, list) => {
      const at = placeOf(list, control);
      isThere = at !== -1 && list.delete(at);
    });
    return isThere ? edited : undefined;
  }
  let isThere = false;
  const edited = editJson(text, (list) => {
    isThere = list.some((one) => isOf(one, control));
    return isThere ? { at: placeIn(list, control), value: undefined } : undefined;
  });
  return isThere ? edited : undefined;
}

function isJson(file: string): boolean {
  return /\.json$/i.test(file);
}

function editYaml(text: string, edit: (document: Document, list: YAMLSeq) => void): string {
  const document: Document = parseDocument(text.trim() === '' ? AT_THE_TOP : text, {
    schema: 'core',
    resolveKnownTags: false,
  });
  if (document.errors.length > 0) throw new MerlonError('CONFIG_SYNTAX', 'This is no YAML that can be edited.');
  if (document.contents === null) document.contents = document.createNode({}) as Document['contents'];
  if (!isMap(document.contents)) throw notEditable();
  if (!document.has(KEY) || document.get(KEY) === null) document.set(KEY, document.createNode([]));
  const list: unknown = document.get(KEY, true);
  if (!isSeq(list)) throw notEditable();
  // An empty list is written with brackets, and what is put in would be as well.
  if (list.items.length === 0) list.flow = false;
  edit(document, list);
  if (list.items.length === 0) list.flow = true;
  return document.toString({ lineWidth: 0 });
}

function placeOf(list: YAMLSeq, control: ControlId): number {
  return list.items.findIndex((item) => isMap(item) && item.get('control') === control);
}

type Edit = { readonly at: number; readonly value: object | undefined } | undefined;

function editJson(text: string, edit: (list: readonly unknown[]) => Edit): string {
  const start = text.trim() === '' ? `{ "${KEY}": [] }\n` : text;
  const list = listIn(start);
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
  const made = edit(list ?? []);
  if (made === undefined) return start;
  if (list === undefined) return applyEdits(start, modify(start, [KEY], [made.value], { formattingOptions }));
  return applyEdits(start, modify(start, [KEY, made.at], made.value, { formattingOptions }));
}

function listIn(text: string): readonly unknown[] | undefined {
  const value: unknown = parse(text, [], { allowTrailingComma: true });
  const list = typeof value === 'object' && value !== null && KEY in value ? value[KEY] : undefined;
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list)) throw notEditable();
  return list;
}

function placeIn(list: readonly unknown[], control: ControlId): number {
  const at = list.findIndex((one) => isOf(one, control));
  return at === -1 ? list.length : at;
}

function isOf(one: unknown, control: ControlId): boolean {
  return typeof one === 'object' && one !== null && 'control' in one && one.control === control;
}

function notEditable(): MerlonError {
  return new MerlonError('CONFIG_INVALID', `The file has no list ${KEY} that can be edited.`);
}
