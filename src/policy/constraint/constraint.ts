/** A JSON scalar. */
export type Scalar = string | number | boolean | null;

/**
 * What one argument must be. Every field that is there has to hold; an argument that is absent fails unless `optional`.
 * The semantic fields (`subpath`, `origin`, `host`, `emailDomain`, `argv`) read the value as the program that gets it
 * would, never as a prefix of text: `/tmp/../etc`, `https://api.example.com@evil.net` and `a@example.com.evil.net` fail.
 * A value that cannot be read that way fails.
 */
export interface Constraint {
  /** The value is one of these, compared exactly (numbers by value, digit by digit). `null` is an absent argument unless it is one of them. */
  readonly oneOf?: readonly Scalar[];
  /** A number, not below this. */
  readonly min?: number;
  /** A number, not above this. */
  readonly max?: number;
  /** UTF-16 units of a text or items of a list, at most; nothing else has a length. A whole number of at least 0. */
  readonly maxLength?: number;
  /** The whole text matches this pattern, in time linear in its length (`kernel/pattern`). */
  readonly pattern?: string;
  /** An absolute path at or under one of these absolute folders, without `..` that leaves, once normalised. */
  readonly subpath?: readonly string[];
  /** An absolute URL whose origin (scheme, host, port) is one of these; without user name and password. */
  readonly origin?: readonly string[];
  /** A host name, or a URL with such a host: one of these, or under `*.example.com`. IDN hosts count in ASCII form. */
  readonly host?: readonly string[];
  /** An e-mail address (one, as RFC 5321 writes it) whose domain is one of these; subdomains are others. */
  readonly emailDomain?: readonly string[];
  /**
   * A command line, as one text or as a list of words: one of these programs with arguments that it allows. A list has to
   * reach the program without a shell in between.
   */
  readonly argv?: readonly Command[];
  /** Every item of a list; a value that is no list counts as a list of one. */
  readonly each?: Constraint;
  /** True where the argument may be absent or null. Default false. */
  readonly optional?: boolean;
}

/** A command that may be run: its words and nothing that a shell would read otherwise. */
export interface Command {
  /** The program, compared exactly: `git`, `/usr/bin/ls`. */
  readonly program: string;
  /** What each further word must be, in order; default: there are none. */
  readonly words?: readonly Constraint[];
  /** What all words after `words` must be; default: there are none. */
  readonly rest?: Constraint;
}
