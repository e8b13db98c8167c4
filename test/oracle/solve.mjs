/**
 * Reads a JSON list of SMT-LIB scripts from stdin and writes what Z3 answers to each, as a JSON list, to stdout. A process
 * of its own: the prover brings threads and much memory, which end with it.
 */
import { text } from 'node:stream/consumers';
import { init } from 'z3-solver/build/node.js';

const MILLISECONDS = '5000';

const scripts = JSON.parse(await text(process.stdin));
const { Z3 } = await init();
Z3.global_param_set('timeout', MILLISECONDS);
const context = Z3.mk_context(Z3.mk_config());
const answers = [];
for (const script of scripts) {
  const solver = Z3.mk_solver(context);
  Z3.solver_inc_ref(context, solver);
  // Not the call that evaluates a text by itself: it hands the text to a thread that may read it too late.
  Z3.solver_from_string(context, solver, script);
  const answer = await Z3.solver_check(context, solver);
  answers.push(['unsat', 'unknown', 'sat'][answer + 1]);
  Z3.solver_dec_ref(context, solver);
}
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
