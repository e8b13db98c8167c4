import { type Answer, unseen } from '../../check.ts';
import { blind } from '../../look.ts';

/** Answers for files that could not be understood: what is in them was not seen. */
export function malformed(files: readonly string[], isOurs: (file: string) => boolean): Answer[] {
  const why = blind('unreadable', 'The file cannot be read or understood.', '文件无法读取或解析。');
  return files.filter(isOurs).map((file) => unseen(why, { subject: file, where: { file } }));
}

/** True for a GitHub workflow. */
export function isWorkflow(file: string): boolean {
  return file.startsWith('.github/workflows/');
}
