import { z } from 'zod';
import { constraintProblems } from './check-constraint.ts';
import type { Command, Constraint, Scalar } from './constraint.ts';

const texts = z.array(z.string());

/** A command as it is written in a configuration. */
const command = z.strictObject({
  program: z.string().describe('The program, compared exactly: `git`, `/usr/bin/ls`.'),
  get words() {
    return z
      .array(fields)
      .optional()
      .describe('What each further word must be, in order. Without it there are none but those of `rest`.');
  },
  get rest() {
    return fields
      .optional()
      .describe(
        'What all words after `words` must be; `{}` for anything, which often lets options run other programs. Without it there are none.',
      );
  },
});

const fields = z.strictObject({
  one_of: z
    .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .optional()
    .describe('The value is one of these, compared exactly.'),
  min: z.number().optional().describe('A number, not below this.'),
  max: z.number().optional().describe('A number, not above this.'),
  max_length: z
    .number()
    .optional()
    .describe('Characters (UTF-16 units) of a text or items of a list, at most: a whole number.'),
  pattern: z
    .string()
    .optional()
    .describe('The whole text matches this pattern: no lookaround, no references back; `(?i)` first ignores case.'),
  subpath: texts
    .optional()
    .describe('An absolute path at or under one of these absolute folders. Name real paths: links are not followed.'),
  origin: texts
    .optional()
    .describe('A URL whose scheme, host and port are those of one of these: `https://api.example.com`.'),
  host: texts.optional().describe('A host name or a URL with such a host: `api.example.com`, `*.example.com`.'),
  email_domain: texts
    .optional()
    .describe('One e-mail address whose domain is one of these: `example.com`. Subdomains are others.'),
  argv: z
    .array(command)
    .optional()
    .describe(
      'A command line, as a text or as a list of words: one of these commands, nothing that a shell would act on.',
    ),
  get each() {
    return fields.optional().describe('What every item of a list must be; any other value counts as a list of one.');
  },
  optional: z.boolean().optional().describe('Whether the argument may be absent or null. Default: false.'),
});

/** What one argument must be, as a configuration says it: {@link Constraint} with its names in snake case. */
export const constraintSettings = fields.superRefine(refuseNonsense).transform(toConstraint);

/** A constraint as it is written in a configuration. */
export type ConstraintSettings = z.input<typeof constraintSettings>;

type Fields = z.output<typeof fields>;

const written: Readonly<Record<string, string>> = {
  oneOf: 'one_of',
  maxLength: 'max_length',
  emailDomain: 'email_domain',
};

function refuseNonsense(settings: Fields, context: z.core.$RefinementCtx): void {
  for (const { path, message } of constraintProblems(toConstraint(settings))) {
    const place = path.map((step) => (typeof step === 'string' ? (written[step] ?? step) : step));
    context.addIssue({ code: 'custom', path: place, message });
  }
}

/** The same with our names; what is not there stays away. */
function toConstraint(settings: Fields): Constraint {
  const { one_of, max_length, email_domain, argv, each, min, max, pattern, subpath, origin, host, optional } = settings;
  return {
    ...present('oneOf', one_of as readonly Scalar[] | undefined),
    ...present('min', min),
    ...present('max', max),
    ...present('maxLength', max_length),
    ...present('pattern', pattern),
    ...present('subpath', subpath),
    ...present('origin', origin),
    ...present('host', host),
    ...present('emailDomain', email_domain),
    ...present('argv', argv?.map(toCommand)),
    ...present('each', each === undefined ? undefined : toConstraint(each)),
    ...present('optional', optional),
  };
}

function toCommand({ program, words, rest }: z.output<typeof command>): Command {
  return {
    program,
    ...present('words', words?.map(toConstraint)),
    ...present('rest', rest === undefined ? undefined : toConstraint(rest)),
  };
}

function present<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [key in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in Key]?: Value });
}
