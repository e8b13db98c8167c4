import type { Blind, Saw } from '../look.ts';

/**
 * What facts look like, as data: a rule's path is held against it, so that a misspelt one is an error and not a rule that
 * never finds anything. `anything`: what the target sent, of any form.
 */
export type Shape = 'text' | 'number' | 'flag' | 'anything' | OneOf | ListOf | MapOf | LookAt | FieldsOf;

/** One of some words. */
export interface OneOf {
  readonly oneOf: Readonly<Record<string, true>>;
}
/** A list. */
export interface ListOf {
  readonly list: Shape;
}
/** A map with any keys. */
export interface MapOf {
  readonly map: Shape;
}
/** What may not have been seen. Paths lead through it. */
export interface LookAt {
  readonly look: Shape;
}
/** A map with known keys, each of which may be missing. */
export interface FieldsOf {
  readonly fields: Readonly<Record<string, Shape>>;
}

/** The shape of a type. The compiler holds the shapes of all facts against the facts with it. */
export type ShapeOf<T> = unknown extends T ? 'anything' : ShapeOfSaid<NonNullable<T>>;

type ShapeOfSaid<T> = [T] extends [Blind]
  ? 'anything'
  : [T] extends [Saw<unknown> | Blind]
    ? { readonly look: ShapeOf<SeenIn<T>> }
    : [T] extends [boolean]
      ? 'flag'
      : [T] extends [number]
        ? 'number'
        : [T] extends [string]
          ? string extends T
            ? 'text'
            : { readonly oneOf: Readonly<Record<T, true>> }
          : [T] extends [string | number | boolean]
            ? 'anything'
            : [T] extends [readonly (infer Item)[]]
              ? { readonly list: ShapeOf<Item> }
              : string extends keyof T
                ? { readonly map: ShapeOf<T[string & keyof T]> }
                : { readonly fields: { readonly [Key in keyof T]-?: ShapeOf<T[Key]> } };

type SeenIn<T> = T extends { readonly saw: infer Seen } ? Seen : never;
