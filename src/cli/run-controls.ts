import { controlOf, controls, parseControlId } from '../controls/catalogue.ts';
import { type Control, type ControlId, controlIds } from '../controls/control.ts';
import { partWords, proseParts } from '../controls/part-words.ts';
import { priorityWords, schemeWords, verificationWords } from '../controls/words.ts';
import { MerlonError } from '../kernel/errors.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Language, Text } from '../kernel/text.ts';
import type { AnyCheck } from '../scanner/check.ts';
import { checks } from '../scanner/checks/index.ts';
import { severityWords } from '../scanner/report/words.ts';
import { columnsOf, padColumns, wrapText } from '../kernel/columns.ts';

/** What {@link runControls} takes. */
export interface ControlsOptions {
  readonly language: Language;
  readonly asJson: boolean;
  /** Gets everything in one piece, so that a reader who stops early (`| head`) hurts nobody. */
  readonly print: (text: string) => void;
}

/** Columns of a line at most. */
const WIDTH = 100;

const labels = {
  ...partWords,
  checks: { en: 'Checks of merlon scan', zh: 'merlon scan 的检查' },
  noChecks: { en: 'None is built in.', zh: '没有内置检查。' },
  references: { en: 'In other schemes', zh: '对应的其他标准' },
} as const satisfies Record<string, Text>;

/** `merlon controls [id]`: lists the controls, or explains one with the checks that belong to it. */
export function runControls(id: string | undefined, { language, asJson, print }: ControlsOptions): void {
  if (id === undefined) {
    print(asJson ? JSON.stringify({ controls: controls.map(asData) }) : [...listLines(language)].join('\n'));
    return;
  }
  const control = controlOf(known(id));
  print(asJson ? JSON.stringify(asData(control)) : [...controlLines(control, language)].join('\n').trimEnd());
}

function known(text: string): ControlId {
  const id = parseControlId(text);
  if (id !== undefined) return id;
  const near = nearest(text, controlIds);
  throw new MerlonError('USAGE', 'There is no such control; they are C01 to C20.', {
    todo:
      near === undefined ? '`merlon controls` lists them.' : `Did you mean ${near}? \`merlon controls\` lists them.`,
  });
}

function checksOf({ id }: Control): readonly AnyCheck[] {
  return checks.filter(({ control }) => control === id);
}

function asData(control: Control): unknown {
  return {
    ...control,
    checks: checksOf(control).map(({ id, part, severity, title }) => ({ id, part, severity, title })),
  };
}

function* listLines(language: Language): Generator<string> {
  const titles = Math.max(...controls.map(({ title }) => columnsOf(title[language])));
  const priorities = Math.max(...controls.map(({ priority }) => columnsOf(priorityWords[priority][language])));
  for (const { id, title, priority, verification } of controls) {
    const cells = [id, padColumns(title[language], titles), padColumns(priorityWords[priority][language], priorities)];
    yield [...cells, verificationWords[verification][language]].join('  ');
  }
}

function* controlLines(control: Control, language: Language): Generator<string> {
  const { id, title, priority, because, verification } = control;
  yield `${id}  ${title[language]}`;
  yield '';
  yield* section(
    labels.priority,
    [`${priorityWords[priority][language]}${language === 'zh' ? '\uff1a' : ': '}${because[language]}`],
    language,
  );
  yield* section(labels.verification, [verificationWords[verification][language]], language);
  for (const part of proseParts) {
    const text = control[part];
    if (text !== undefined) yield* section(labels[part], [text[language]], language);
  }
  yield* section(labels.checks, checkItems(control, language), language);
  yield* section(labels.references, referenceItems(control), language);
}

function* section(label: Text, paragraphs: readonly string[], language: Language): Generator<string> {
  yield label[language];
  for (const paragraph of paragraphs) {
    const [first = '', ...rest] = wrapText(paragraph, WIDTH - 4);
    yield `  ${first}`;
    for (const line of rest) yield `  ${paragraphs.length > 1 ? '  ' : ''}${line}`;
  }
  yield '';
}

function checkItems(control: Control, language: Language): string[] {
  const own = checksOf(control);
  if (own.length === 0) return [labels.noChecks[language]];
  return own.map(({ id, severity, title }) => `${id} (${severityWords[severity][language]}): ${title[language]}`);
}

function referenceItems({ references }: Control): string[] {
  return references.map(({ scheme, id, title }) => `${schemeWords[scheme]} ${id}: ${title}`);
}
