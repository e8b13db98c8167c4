const folders =
  /^(tests?|__tests__|spec|specs|testdata|testing|e2e|fixtures?|__fixtures__|mocks?|__mocks__|examples?|samples?|demos?|docs?|documentation|bench|benchmarks?)$/i;
const names = /[._-](test|spec|example|sample|template|fixture|mock|dist)([._-]|$)|^(test|example|sample)[._-]/i;

/** True for a file whose contents are there to be looked at or tested with: in such a folder, or with such a name. */
export function isSample(path: string): boolean {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  return parts.some((part) => folders.test(part)) || names.test(name);
}
