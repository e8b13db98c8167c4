import { closeSync, readdirSync, readFileSync } from 'node:fs';

const CLOSE_ON_EXEC = 0o2000000;

/**
 * Numbers above 2 of open files, pipes and sockets that every child of this process would inherit. All that Node opens
 * is closed in a child; these came from whoever started the gateway (Node shields only numbers up to about 15).
 * Linux only; elsewhere the answer is empty.
 */
export function inheritableDescriptors(): number[] {
  return entries('/proc/self/fdinfo')
    .map(Number)
    .filter((fd) => fd > 2 && isInheritable(fd));
}

/**
 * Closes what {@link inheritableDescriptors} names, so that no upstream receives it; answers the numbers. To be called
 * by the gateway's program before anything else, while all of them are surely foreign; never by a library.
 */
export function closeInheritedDescriptors(): number[] {
  const foreign = inheritableDescriptors();
  for (const fd of foreign) closeSync(fd);
  return foreign;
}

function isInheritable(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/mu.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    // It was closed meanwhile, as the folder's own descriptor is.
    return false;
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
