import { readBounded } from '../read-bounded.ts';

/** The bytes of a regular file; undefined when it is none, a link, cannot be read, or is larger than `most` bytes. */
export async function readBytes(path: string, most: number): Promise<Buffer | undefined> {
  try {
    // A link that took a file's place could lead out of the repository.
    return (await readBounded(path, most, { followsLinks: false })).bytes;
  } catch {
    return undefined;
  }
}

/** The text of a file; undefined also where it is binary: where it holds a NUL. */
export async function readText(path: string, most: number): Promise<string | undefined> {
  const bytes = await readBytes(path, most);
  if (bytes === undefined || bytes.includes(0)) return undefined;
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
