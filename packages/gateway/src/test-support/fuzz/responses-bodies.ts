import type { SeededRandom } from '@fairlead/base/testing'
import { fields, type JsonFields, type JsonNode } from './json-node.ts'

const texts = ['Hi.', 'word '.repeat(500), 'Grüße, 世界 👋', 'call look_up', '']

const image = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4'

/** A call of Responses as an application sends it: every field is right, and most can be left out. */
export function responsesBody(random: SeededRandom, model: string): JsonFields {
  const optional: Readonly<Record<string, () => JsonNode>> = {
    stream: () => random.chance(0.7),
    instructions: () => text(random),
    temperature: () => random.next(),
    top_p: () => random.next(),
    max_output_tokens: () => 16 + random.below(500),
    reasoning: () =>
      fields({
        effort: random.pick(['none', 'low', 'high']),
        summary: random.pick(['auto', null]),
      }),
    text: () =>
      fields({
        verbosity: 'low',
        format: random.pick<JsonNode>([
          fields({ type: 'text' }),
          fields({ type: 'json_schema', name: 'a', schema: fields({ type: 'object' }) }),
        ]),
      }),
    include: () => ['reasoning.encrypted_content'],
    metadata: () => fields({ a: 'b' }),
    store: () => random.chance(0.5),
    prompt_cache_key: () => 'k',
    truncation: () => 'disabled',
    service_tier: () => 'auto',
    parallel_tool_calls: () => random.chance(0.5),
    client_metadata: () => fields({ a: 'b' }),
    tool_choice: () =>
      random.pick<JsonNode>(['auto', 'none', fields({ type: 'function', name: 'look_up' })]),
    tools: () => tools(random),
    previous_response_id: () => random.pick([null, 'resp_1']),
    background: () => random.chance(0.1),
  }
  const chosen = Object.entries(optional).filter(() => random.chance(0.2))
  const given = chosen.map(([name, value]) => [name, value()] as const)
  return { fields: [['model', model], ['input', input(random)], ...given] }
}

function input(random: SeededRandom): JsonNode {
  if (random.chance(0.2)) return text(random)
  return [
    ...Array.from({ length: random.below(3) }, () => turn(random)).flat(),
    message(random, 'user', 'input_text'),
  ]
}

function turn(random: SeededRandom): readonly JsonNode[] {
  const asked = message(random, random.pick(['user', 'developer', 'system']), 'input_text')
  switch (random.below(4)) {
    case 0:
      return [asked, message(random, 'assistant', 'output_text')]
    case 1:
      return [asked, ...toolLoop(random)]
    case 2:
      return [asked, native(random)]
    default:
      return [asked]
  }
}

function message(random: SeededRandom, role: string, type: string): JsonNode {
  const plain = fields({ type, text: text(random) })
  const picture = fields({ type: 'input_image', image_url: image, detail: 'auto' })
  const content = random.chance(0.5)
    ? text(random)
    : [plain, ...(role === 'user' && random.chance(0.3) ? [picture] : [])]
  return random.chance(0.5) ? fields({ role, content }) : fields({ type: 'message', role, content })
}

/** Reasoning, calls and their outputs; some loops have one too few. */
function toolLoop(random: SeededRandom): readonly JsonNode[] {
  const ids = Array.from({ length: 1 + random.below(3) }, (_, index) => `call_${index}`)
  const reasoning = fields({
    type: 'reasoning',
    summary: [fields({ type: 'summary_text', text: 'hm' })],
    encrypted_content: random.pick(['gAAAAA', 'ZmFpcmxlYWQ6eDpzaWduYXR1cmU6eQ==', null]),
  })
  const calls = ids.map((call_id) =>
    random.chance(0.8)
      ? fields({
          type: 'function_call',
          call_id,
          name: 'look_up',
          arguments: random.pick(['{}', '', '{"cut": ']),
        })
      : fields({ type: 'custom_tool_call', call_id, name: 'shell', input: 'ls' }),
  )
  const outputs = ids.map((call_id) =>
    fields({ type: 'function_call_output', call_id, output: text(random) }),
  )
  return [reasoning, ...calls, ...(random.chance(0.9) ? outputs : outputs.slice(1))]
}

function native(random: SeededRandom): JsonNode {
  return random.pick<JsonNode>([
    fields({ type: 'item_reference', id: 'msg_1' }),
    fields({ type: 'web_search_call', id: 'ws_1', status: 'completed' }),
    fields({ type: 'local_shell_call', call_id: 'c', action: fields({ type: 'exec' }) }),
  ])
}

function tools(random: SeededRandom): readonly JsonNode[] {
  const all: readonly JsonNode[] = [
    fields({ type: 'function', name: 'look_up', parameters: fields({}), strict: true }),
    fields({ type: 'custom', name: 'shell' }),
    fields({ type: 'web_search' }),
  ]
  return all.filter(() => random.chance(0.5))
}

const text = (random: SeededRandom): string => random.pick(texts)
