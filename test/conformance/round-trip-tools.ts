import {
  createRequestStateCodec,
  type InputRequests,
  inputRequired,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { capabilitiesOf } from './capabilities.ts';
import { answerOf, completionOf, form, prompt, rootsOf } from './questions.ts';
import { type FixtureTool, shown, text } from './tool.ts';

/** What a request state says of where a call stands. */
export interface CallState {
  readonly step: string;
  /** What earlier rounds gathered. */
  readonly name?: string;
}

/** Signs and verifies the request states of one fixture. */
export type StateCodec = ReturnType<typeof makeStateCodec>;

/** A codec with a key of its own. */
export function makeStateCodec(): ReturnType<typeof createRequestStateCodec<CallState>> {
  return createRequestStateCodec<CallState>({ key: crypto.getRandomValues(new Uint8Array(32)) });
}

/** The tools of SEP-2322: questions and states that travel through the client in several rounds. */
export function roundTripTools({ server }: McpServer, codec: StateCodec): readonly FixtureTool[] {
  const name = form('What is your name?', { name: { type: 'string' } });
  const confirm = form('Please confirm', { ok: { type: 'boolean' } });
  const roots = inputRequired.listRoots();
  return [
    {
      name: 'test_input_required_result_elicitation',
      description: 'Asks for a name.',
      call(_args, ctx) {
        const given = nameIn(ctx, 'user_name');
        return given === undefined ? inputRequired({ inputRequests: { user_name: name } }) : text(`Hello, ${given}!`);
      },
    },
    {
      name: 'test_input_required_result_sampling',
      description: 'Asks for the capital of France.',
      call(_args, ctx) {
        const answer = completionOf(ctx, 'capital_question');
        if (answer !== undefined) return text(answer);
        return inputRequired({ inputRequests: { capital_question: prompt('What is the capital of France?') } });
      },
    },
    {
      name: 'test_input_required_result_list_roots',
      description: "Asks for the client's roots.",
      call(_args, ctx) {
        const found = rootsOf(ctx, 'client_roots');
        if (found !== undefined) return text(`Roots: ${found.join(', ')}`);
        return inputRequired({ inputRequests: { client_roots: roots } });
      },
    },
    confirming('test_input_required_result_request_state', 'Asks once and keeps a state.'),
    confirming('test_input_required_result_tampered_state', 'Asks once and keeps a state that nobody else can make.'),
    {
      name: 'test_input_required_result_multiple_inputs',
      description: 'Asks three questions at once.',
      async call(_args, ctx) {
        const given = [nameIn(ctx, 'user_name'), completionOf(ctx, 'greeting'), rootsOf(ctx, 'client_roots')];
        if (given.every((answer) => answer !== undefined) && stateIn(ctx)?.step === 'asked') {
          return text(given.map(String).join('; '));
        }
        const greeting = prompt('Generate a greeting', 50);
        return asking({ user_name: name, greeting, client_roots: roots }, { step: 'asked' });
      },
    },
    {
      name: 'test_input_required_result_multi_round',
      description: 'Asks two questions one after the other.',
      async call(_args, ctx) {
        const state = stateIn(ctx);
        const color = answerOf(ctx, 'step2')?.content['color'];
        if (state?.step === 'two' && color !== undefined) return text(`${state.name} likes ${shown(color)}.`);
        const given = nameIn(ctx, 'step1');
        if (state?.step === 'one' && given !== undefined) {
          const step2 = form('Step 2: What is your favorite color?', { color: { type: 'string' } });
          return asking({ step2 }, { step: 'two', name: given });
        }
        return asking({ step1: form('Step 1: What is your name?', { name: { type: 'string' } }) }, { step: 'one' });
      },
    },
    {
      name: 'test_input_required_result_capabilities',
      description: 'Asks what the client can answer, and nothing else.',
      call(_args, ctx) {
        // A session says it once, a request of the modern era each time.
        const can = server.getClientCapabilities() ?? capabilitiesOf(ctx);
        const questions: InputRequests = {
          ...(can.elicitation === undefined ? {} : { user_name: name }),
          ...(can.sampling === undefined ? {} : { greeting: prompt('Generate a greeting', 50) }),
        };
        const open = Object.keys(questions).some((key) => ctx.mcpReq.inputResponses?.[key] === undefined);
        return open ? inputRequired({ inputRequests: questions }) : text('Thank you.');
      },
    },
  ];

  function confirming(tool: string, description: string): FixtureTool {
    return {
      name: tool,
      description,
      async call(_args, ctx) {
        const answer = answerOf(ctx, 'confirm');
        if (answer !== undefined && stateIn(ctx)?.step === tool) return text('state-ok');
        return asking({ confirm }, { step: tool });
      },
    };
  }

  async function asking(inputRequests: InputRequests, state: CallState): Promise<ReturnType<typeof inputRequired>> {
    return inputRequired({ inputRequests, requestState: await codec.mint(state) });
  }
}

/** The state that came back, which the SDK has verified by then. */
function stateIn(ctx: ServerContext): CallState | undefined {
  return ctx.mcpReq.requestState<CallState>();
}

function nameIn(ctx: ServerContext, key: string): string | undefined {
  const answer = answerOf(ctx, key)?.content['name'];
  return typeof answer === 'string' ? answer : undefined;
}
