import type { RepositoryFacts } from '../../facts/repository.ts';
import type { Saw } from '../../look.ts';
import { isSample } from './is-sample.ts';

/** Most files that a list names. */
const MOST = 20;

type Policy = Extract<RepositoryFacts['securityPolicy'], Saw<unknown>>['saw'];

/** Where a repository says how vulnerabilities are reported; the first one counts, as on GitHub. */
export function policyFileIn(files: readonly string[]): string | undefined {
  const places = [
    /^\.github\/security\.(md|rst|txt)$/i,
    /^security\.(md|rst|txt|adoc)$/i,
    /^docs\/security\.(md|rst|txt)$/i,
  ];
  for (const place of places) {
    const file = files.find((path) => place.test(path));
    if (file !== undefined) return file;
  }
  return undefined;
}

/** What a security policy promises. */
export function readPolicy(text: string, file: string): Policy {
  const start = text.slice(0, 100_000);
  return {
    file,
    hasContact:
      /[\w.+-]{1,64}@[\w-]{1,63}\.\w/.test(start) ||
      /https:\/\/\S|private vulnerability reporting|security advisor|report a vulnerability|私密漏洞报告/i.test(start),
    hasDeadline:
      /\b\d{1,3}\s{1,2}(working |business |calendar )?(hours?|days?|weeks?)\b/i.test(start) ||
      /within (a|one|two|three|five|seven) (working |business )?(day|week)/i.test(start) ||
      /\d{1,3}\s?(个)?(小时|天|工作日|周)/.test(start),
  };
}

/** Tools that update dependencies, by their files. */
export function updatersIn(files: readonly string[]): string[] {
  const known: readonly (readonly [string, RegExp])[] = [
    ['dependabot', /^\.github\/dependabot\.ya?ml$/],
    ['renovate', /^(\.github\/|\.gitlab\/)?renovate\.json5?$|^\.renovaterc(\.json5?)?$/],
    ['pyup', /^\.pyup\.ya?ml$/],
  ];
  return known.filter(([, shape]) => files.some((path) => shape.test(path))).map(([name]) => name);
}

/** Files that hold an SBOM, by their names. */
export function sbomsIn(files: readonly string[]): string[] {
  const shape = /(^|\/)([\w.-]{1,100}[._-])?(bom|sbom)\.(json|xml|spdx|txt)$|\.(cdx|spdx)(\.(json|xml|ya?ml))?$/i;
  return files.filter((path) => shape.test(path) && !isSample(path)).slice(0, MOST);
}

/** True where a file is a test by its name or its folder. */
export function hasTestsIn(files: readonly string[]): boolean {
  const folder = /(^|\/)(tests?|__tests__|spec|e2e)\/[^/]/;
  const name = /(^|\/)(test_[^/]{1,100}\.py|[^/]{1,100}(_test\.(go|py|exs)|_spec\.rb|[.-](test|spec)\.[cm]?[jt]sx?))$/;
  return files.some((path) => name.test(path) || (folder.test(path) && /\.\w{1,5}$/.test(path)));
}

/** Documents about incidents, by their names or that of their folder. */
export function incidentDocsIn(files: readonly string[]): string[] {
  const name = /(^|\/)[^/]{0,100}(incident|runbook|playbook|post-?mortem|应急|事件响应|预案)[^/]{0,100}$/i;
  const folder = /(^|\/)(incidents?|incident-response|runbooks?|playbooks?)\/[^/]{1,100}$/i;
  const isDocument = /\.(md|mdx|rst|txt|adoc|pdf|docx)$/i;
  const isOwn = (path: string): boolean => !/(^|\/)(tests?|fixtures?|examples?)\//.test(path);
  const isAbout = (path: string): boolean => name.test(path) || folder.test(path);
  return files.filter((path) => isDocument.test(path) && isAbout(path) && isOwn(path)).slice(0, MOST);
}

/** True where GitHub or GitLab find who has to review which files. */
export function hasCodeOwnersIn(files: readonly string[]): boolean {
  return files.some((path) => /^(\.github\/|\.gitlab\/|docs\/)?CODEOWNERS$/.test(path));
}
