import { explain } from '../config/explain.ts';
import { interpretConfig } from '../config/load.ts';
import { readYaml } from '../config/read-yaml.ts';
import { configSchema } from '../config/schema.ts';
import { toValue } from '../config/to-value.ts';
import type { Entry, ListTree, Tree } from '../config/tree.ts';
import { MerlonError, type Place } from '../kernel/errors.ts';
import { Problems } from '../kernel/problems.ts';
import { compileGrants } from '../policy/grant/compile-grants.ts';
import type { TaskGrant } from '../policy/grant/task-grant.ts';
import { readGrants } from '../policy/task/read-grants.ts';
import { taskTypesOf, type TaskTypes } from '../policy/task/task-types.ts';
import { readTextFile } from '../scanner/written/read-file.ts';

/** What a file says that tasks may do. */
export type WrittenPolicy =
  /** `isList` where the file was a bare list of grants: then there is one type, whose name nobody wrote. */
  | { readonly kind: 'types'; readonly types: TaskTypes; readonly isList: boolean }
  | { readonly kind: 'grants'; readonly grants: readonly TaskGrant[] };

/**
 * Reads a file with permissions of tasks, YAML or JSON: a configuration (its `permissions.tasks`), a list of grants in the
 * notation of the configuration, or a list of grants as the API and the audit log show them. References to secrets are not
 * followed.
 * @throws MerlonError with all problems and their places
 */
export async function readPolicy(file: string): Promise<WrittenPolicy> {
  const text = readTextFile(file);
  const { tree, problems } = readYaml(text, file);
  if (tree === undefined || problems.length > 0) throw new Problems(file, problems);
  if (tree.kind === 'list') return isShownByApi(tree) ? readShown(tree, file) : readList(tree, file);
  const { config } = await interpretConfig(text, file, {
    env: {},
    listens: false,
    references: false,
    readSecret: () => Promise.reject(new MerlonError('CONFIG_INVALID', 'References are not followed here.')),
  });
  return { kind: 'types', types: taskTypesOf(config.permissions), isList: false };
}

/** Grants of a running task have ids; nobody writes those. */
function isShownByApi({ items }: ListTree): boolean {
  const [first] = items;
  return first?.kind === 'map' && first.entries.has('id');
}

/** Read as the only type of a configuration that says nothing else, so that what is wrong has its place. */
function readList(list: ListTree, file: string): WrittenPolicy {
  const type = mapAt(list.place, {
    name: scalarAt(list.place, 'list'),
    roles: { kind: 'list', place: list.place, items: [scalarAt(list.place, 'anybody')] },
    pinned: scalarAt(list.place, false),
    grants: list,
  });
  const types: Tree = { kind: 'list', place: list.place, items: [type] };
  const tree = mapAt(list.place, { permissions: mapAt(list.place, { tasks: mapAt(list.place, { types }) }) });
  const parsed = configSchema.safeParse(toValue(tree));
  if (!parsed.success) throw new Problems(file, explain(parsed.error.issues, tree));
  return { kind: 'types', types: taskTypesOf(parsed.data.permissions), isList: true };
}

function mapAt(place: Place, values: Readonly<Record<string, Tree>>): Tree {
  const entries = Object.entries(values).map(([key, value]): [string, Entry] => [key, { keyPlace: place, value }]);
  return { kind: 'map', place, entries: new Map(entries) };
}

function scalarAt(place: Place, value: string | boolean): Tree {
  return { kind: 'scalar', place, value };
}

/** Problems name the grant, not what stands in it: that may be anything. */
function readShown(list: ListTree, file: string): WrittenPolicy {
  const problems: MerlonError[] = [];
  const grants = list.items.flatMap((item) => {
    try {
      return readGrants([toValue(item)]);
    } catch (error) {
      if (!(error instanceof MerlonError)) throw error;
      const message = 'This is no grant of a task as GET /api/v2/tasks shows it.';
      problems.push(new MerlonError('CONFIG_INVALID', message, { place: item.place }));
      return [];
    }
  });
  if (problems.length > 0) throw new Problems(file, problems);
  compileGrants(grants);
  return { kind: 'grants', grants };
}
