import type { SeededRandom } from '@fairlead/base/testing'
import { fields, type JsonFields, type JsonNode } from './json-node.ts'

/** Texts of messages: plain, long, in several scripts, and of many short lines. */
const texts = ['Hi.', 'word '.repeat(500), 'Grüße, 世界 👋', 'a\n'.repeat(200), 'call look_up']

/** A pixel. */
const image =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** A chat completion as an application sends it: every field is right, and most can be left out. */
export function chatBody(random: SeededRandom, model: string): JsonFields {
  const optional: Readonly<Record<string, () => JsonNode>> = {
    stream: () => random.chance(0.7),
    stream_options: () => fields({ include_usage: random.chance(0.5) }),
    temperature: () => random.next(),
    top_p: () => random.next(),
    max_tokens: () => 1 + random.below(500),
    max_completion_tokens: () => 1 + random.below(500),
    stop: () => random.pick<JsonNode>(['END', ['a', 'b']]),
    seed: () => random.below(1000),
    presence_penalty: () => random.next(),
    reasoning_effort: () => random.pick(['minimal', 'low', 'medium', 'high']),
    user: () => 'somebody',
    n: () => 1,
    logit_bias: () => fields({ '50256': -100 }),
    metadata: () => fields({ a: 'b' }),
    parallel_tool_calls: () => random.chance(0.5),
    tool_choice: () =>
      random.pick<JsonNode>([
        'auto',
        'none',
        'required',
        fields({ type: 'function', function: fields({ name: 'look_up' }) }),
      ]),
    response_format: () => responseFormat(random),
    tools: () => tools(random),
    functions: () => [functionOf('look_up')],
    function_call: () => random.pick<JsonNode>(['auto', fields({ name: 'look_up' })]),
  }
  const chosen = Object.entries(optional).filter(() => random.chance(0.2))
  const given = chosen.map(([name, value]) => [name, value()] as const)
  return { fields: [['model', model], ['messages', messages(random)], ...given] }
}

function messages(random: SeededRandom): readonly JsonNode[] {
  const turns = Array.from({ length: 1 + random.below(3) }, () => turn(random)).flat()
  const head = random.chance(0.3)
    ? [message(random.pick(['system', 'developer']), text(random))]
    : []
  return [...head, ...turns, ...(random.chance(0.7) ? [message('user', userContent(random))] : [])]
}

function turn(random: SeededRandom): readonly JsonNode[] {
  const asked = message('user', userContent(random))
  switch (random.below(4)) {
    case 0:
      return [asked, message('assistant', text(random))]
    case 1:
      return [asked, ...toolLoop(random)]
    case 2:
      return [asked, ...functionLoop(random)]
    default:
      return [asked]
  }
}

/** Calls with their answers; one in five loops has an answer too few or too many. */
function toolLoop(random: SeededRandom): readonly JsonNode[] {
  const ids = Array.from({ length: 1 + random.below(4) }, (_, index) => `call_${index}`)
  const calls = ids.map((id) =>
    random.chance(0.1)
      ? fields({ id, type: 'custom', custom: fields({ name: 'shell', input: 'ls' }) })
      : fields({
          id,
          type: 'function',
          function: fields({
            name: 'look_up',
            arguments: random.pick(['{}', '{"key":"a"}', '', '[]', '{"cut": ', '{"a":{"a":{}}}']),
          }),
        }),
  )
  const answered = random.chance(0.8) ? ids : random.pick([ids.slice(1), [...ids, 'call_x'], []])
  return [
    fields({
      role: 'assistant',
      content: random.pick<JsonNode>([null, '', 'Let me see.']),
      tool_calls: calls,
    }),
    ...answered.map((id) =>
      fields({
        role: 'tool',
        tool_call_id: id,
        content: random.pick<JsonNode>(['found', '', [textPart('found')]]),
      }),
    ),
    ...(random.chance(0.5) ? [message('assistant', text(random))] : []),
  ]
}

function functionLoop(random: SeededRandom): readonly JsonNode[] {
  return [
    fields({
      role: 'assistant',
      content: null,
      function_call: fields({ name: 'look_up', arguments: '{}' }),
    }),
    fields({ role: 'function', name: 'look_up', content: text(random) }),
  ]
}

function message(role: string, content: JsonNode): JsonFields {
  return fields({ role, content })
}

function text(random: SeededRandom): string {
  return random.pick(texts)
}

function textPart(value: string): JsonFields {
  return fields({ type: 'text', text: value })
}

function userContent(random: SeededRandom): JsonNode {
  if (random.chance(0.7)) return text(random)
  const parts = [
    () => textPart(text(random)),
    () => fields({ type: 'image_url', image_url: fields({ url: image }) }),
    () => fields({ type: 'image_url', image_url: fields({ url: 'https://example.com/a.png' }) }),
    () => fields({ type: 'input_audio', input_audio: fields({ data: 'AAAA', format: 'wav' }) }),
    () => fields({ type: 'file', file: fields({ file_id: 'file-1' }) }),
  ]
  return Array.from({ length: 1 + random.below(3) }, () => random.pick(parts)())
}

function tools(random: SeededRandom): readonly JsonNode[] {
  return Array.from({ length: 1 + random.below(3) }, (_, index) =>
    random.chance(0.1)
      ? fields({ type: 'custom', custom: fields({ name: `shell_${index}` }) })
      : fields({ type: 'function', function: functionOf(index === 0 ? 'look_up' : `t_${index}`) }),
  )
}

function functionOf(name: string): JsonFields {
  return fields({
    name,
    description: 'Looks something up.',
    parameters: fields({
      type: 'object',
      properties: fields({ key: fields({ type: 'string' }) }),
      required: ['key'],
    }),
  })
}

function responseFormat(random: SeededRandom): JsonFields {
  const schema = fields({ type: 'object', properties: fields({}), additionalProperties: false })
  return random.pick([
    fields({ type: 'text' }),
    fields({ type: 'json_object' }),
    fields({ type: 'json_schema', json_schema: fields({ name: 'answer', strict: true, schema }) }),
  ])
}
