import type { SeededRandom } from '@fairlead/base/testing'
import { fields, type JsonFields, type JsonNode } from './json-node.ts'

const texts = ['Hi.', 'word '.repeat(500), 'Grüße, 世界 👋', 'a\n'.repeat(200), 'call look_up']

const seals = [
  'c2ln',
  '',
  'ZmFpcmxlYWQ6Z2VtaW5pOnNpZ25hdHVyZTpz',
  'ZmFpcmxlYWQ6',
  'ZmFpcmxlYWQ6Og==',
]

/** A message as an application sends it: every field is right, and most can be left out. */
export function messageBody(random: SeededRandom, model: string): JsonFields {
  const optional: Readonly<Record<string, () => JsonNode>> = {
    stream: () => random.chance(0.7),
    system: () => random.pick<JsonNode>([text(random), [textBlock(random), textBlock(random)]]),
    temperature: () => random.next(),
    top_p: () => random.next(),
    top_k: () => 1 + random.below(50),
    stop_sequences: () => ['END', 'a'],
    tools: () => tools(random),
    tool_choice: () =>
      random.pick<JsonNode>([
        fields({ type: 'auto', disable_parallel_tool_use: random.chance(0.5) }),
        fields({ type: 'any' }),
        fields({ type: 'none' }),
        fields({ type: 'tool', name: 'look_up' }),
      ]),
    thinking: () =>
      random.pick<JsonNode>([
        fields({ type: 'adaptive', display: 'summarized' }),
        fields({ type: 'enabled', budget_tokens: 1024 }),
        fields({ type: 'disabled' }),
      ]),
    output_config: () =>
      random.pick<JsonNode>([
        fields({ effort: random.pick(['low', 'high', 'max']) }),
        fields({ format: fields({ type: 'json_schema', schema: fields({ type: 'object' }) }) }),
      ]),
    metadata: () => fields({ user_id: 'somebody' }),
    service_tier: () => random.pick(['auto', 'standard_only']),
    cache_control: () => mark(random),
    context_management: () => fields({ edits: [] }),
    container: () => random.pick<JsonNode>(['c_1', fields({ skills: [] })]),
  }
  const chosen = Object.entries(optional).filter(() => random.chance(0.2))
  const given = chosen.map(([name, value]) => [name, value()] as const)
  return {
    fields: [
      ['model', model],
      ['max_tokens', 1 + random.below(500)],
      ['messages', messages(random)],
      ...given,
    ],
  }
}

function messages(random: SeededRandom): readonly JsonNode[] {
  const turns = Array.from({ length: 1 + random.below(3) }, () => turn(random)).flat()
  return [...turns, ...(random.chance(0.7) ? [user(userContent(random))] : [])]
}

function turn(random: SeededRandom): readonly JsonNode[] {
  const asked = user(userContent(random))
  switch (random.below(5)) {
    case 0:
      return [asked, assistant([textBlock(random)])]
    case 1:
      return [asked, ...toolLoop(random)]
    case 2:
      return [asked, assistant([...serverTool(), textBlock(random)])]
    case 3:
      return [asked, fields({ role: 'system', content: [textBlock(random)] })]
    default:
      return [asked]
  }
}

function toolLoop(random: SeededRandom): readonly JsonNode[] {
  const ids = Array.from({ length: 1 + random.below(3) }, (_, index) => `toolu_${index}`)
  const answered = random.chance(0.8) ? ids : ids.slice(1)
  const calls = ids.map((id) =>
    fields({ type: 'tool_use', id, name: 'look_up', input: fields({ key: 'a' }) }),
  )
  const results = answered.map((id) =>
    fields({
      type: 'tool_result',
      tool_use_id: id,
      content: random.pick<JsonNode>(['found', [textBlock(random)], [searchResult()], []]),
      ...(random.chance(0.3) ? { is_error: true } : {}),
      ...(random.chance(0.3) ? { cache_control: mark(random) } : {}),
    }),
  )
  return [assistant([...thinking(random), ...calls]), user(results)]
}

function thinking(random: SeededRandom): readonly JsonNode[] {
  const seal = random.pick(seals)
  return random.pick<readonly JsonNode[]>([
    [],
    [fields({ type: 'thinking', thinking: 'hm', signature: seal })],
    [fields({ type: 'redacted_thinking', data: seal })],
  ])
}

function serverTool(): readonly JsonNode[] {
  return [
    fields({
      type: 'server_tool_use',
      id: 's1',
      name: 'web_search',
      input: fields({ query: 'q' }),
    }),
    fields({ type: 'web_search_tool_result', tool_use_id: 's1', content: [] }),
  ]
}

function userContent(random: SeededRandom): JsonNode {
  if (random.chance(0.6)) return text(random)
  const source = (parts: Readonly<Record<string, JsonNode>>) => fields(parts)
  const blocks = [
    () => textBlock(random),
    searchResult,
    () =>
      fields({
        type: 'image',
        source: source({ type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' }),
      }),
    () =>
      fields({ type: 'image', source: source({ type: 'url', url: 'https://example.com/a.png' }) }),
    () =>
      fields({
        type: 'document',
        source: source({ type: 'text', media_type: 'text/plain', data: 'words' }),
        title: 't',
      }),
    () => fields({ type: 'document', source: source({ type: 'content', content: 'words' }) }),
  ]
  return Array.from({ length: 1 + random.below(3) }, () => random.pick(blocks)())
}

function searchResult(): JsonFields {
  const content = [fields({ type: 'text', text: 'found' })]
  return fields({ type: 'search_result', source: 'https://example.com', title: 't', content })
}

function tools(random: SeededRandom): readonly JsonNode[] {
  return Array.from({ length: 1 + random.below(3) }, (_, index) =>
    fields({
      name: index === 0 ? 'look_up' : `mcp__a_server_with_a_long_name__${'t'.repeat(index * 30)}`,
      description: 'Looks something up.',
      input_schema: fields({
        type: 'object',
        properties: fields({ key: fields({ type: 'string', minLength: 1 }) }),
      }),
      ...(random.chance(0.3) ? { strict: true } : {}),
      ...(random.chance(0.3) ? { cache_control: mark(random) } : {}),
    }),
  )
}

function textBlock(random: SeededRandom): JsonFields {
  return fields({
    type: 'text',
    text: text(random),
    ...(random.chance(0.3) ? { cache_control: mark(random) } : {}),
  })
}

function mark(random: SeededRandom): JsonFields {
  return fields({ type: 'ephemeral', ...(random.chance(0.5) ? { ttl: '1h' } : {}) })
}

function text(random: SeededRandom): string {
  return random.pick(texts)
}

function user(content: JsonNode): JsonFields {
  return fields({ role: 'user', content })
}

function assistant(content: JsonNode): JsonFields {
  return fields({ role: 'assistant', content })
}
