import type { TaskSecrets } from '../../identity/task-credential.ts';
import { parseTaskContext } from '../../policy/task/task-context.ts';
import type { Admission } from './admission.ts';
import { openerOf, type TaskMaker, typeHashOf } from './make-task.ts';
import type { PutTask } from './put-task.ts';
import type { Tasks } from './tasks.ts';

/** What {@link createOpening} takes. */
export interface OpeningOptions {
  readonly admission: Admission;
  readonly maker: TaskMaker;
  readonly secrets: TaskSecrets;
  readonly put: PutTask;
  readonly exposed: Tasks['exposed'];
}

/** Makes what opens a task that a caller asks for. */
export function createOpening({ admission, maker, secrets, put, exposed }: OpeningOptions): Tasks['open'] {
  return async (caller, wanted) => {
    const { principal } = caller;
    const context = parseTaskContext(wanted);
    const { type, role, parent } = admission.admit(caller, context);
    const release = admission.reserve(principal, false);
    try {
      const expiresAt = maker.endOf(caller, context, type, parent?.task);
      const { grants, leftOut } = maker.mint(type, role, context, expiresAt, parent?.task);
      const task = maker.make({ type, principal, role, expiresAt, grants }, context, parent?.task.id);
      const { text, hash } = secrets.issue(task.id);
      const { request } = context;
      await put(
        {
          kind: 'open',
          task,
          opener: caller.task !== undefined && parent !== undefined ? parent.opener : openerOf(caller),
          typeHash: typeHashOf(type),
          hash: hash.toString('base64url'),
          ...(request === undefined ? {} : { request }),
          // What the task above has seen, its parts may be told.
          ...(parent !== undefined && exposed(parent.task) ? { exposed: true } : {}),
        },
        { by: principal, why: 'opened' },
      );
      return { task, credential: text, leftOut };
    } finally {
      release();
    }
  };
}
