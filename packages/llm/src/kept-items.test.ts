import { describe, expect, it } from 'vitest'
import { chatFormatOf } from './dialects/dialect.ts'
import { dialects } from './dialects/dialects.ts'
import { itemIncludes } from './dialects/openai-responses/item-includes.ts'
import { itemShapes } from './dialects/openai-responses/item-shapes.ts'
import { readGivenItems } from './dialects/openai-responses/given-items.ts'
import { presentItem } from './dialects/openai-responses/present-item.ts'
import { ModelError } from './errors/model-error.ts'
import type { Item } from './operations/chat/item.ts'
import { itemProblem } from './operations/chat/item-problem.ts'
import { createRandom } from './test-support/random.ts'
import { damaged, randomOfShape } from './test-support/random-shape.ts'
import { RandomValues } from './test-support/random-values.ts'

const png = 'data:image/png;base64,iVBORw0KGgo='
const extras = { dialect: 'openai-chat', fields: { odd: 1 } }

/** Items with every field that items may have, as calls leave them. */
const kept: readonly Item[] = [
  {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    phase: 'final_answer',
    extras,
    content: [
      {
        type: 'output_text',
        text: 'x',
        annotations: [
          { type: 'url_citation', url: 'https://a.test', title: 'a', start_index: 0, end_index: 1 },
          { type: 'odd', origin: { dialect: 'anthropic-messages', value: { type: 'odd' } } },
        ],
        logprobs: [{ token: 'x', logprob: 0, bytes: [120], top_logprobs: [] }],
      },
      { type: 'refusal', refusal: 'no' },
      { type: 'output_file', id: 'f', media_type: 'image/png', data: 'iVBORw0KGgo=' },
      { type: 'output_file', media_type: 'audio/wav', data: 'aGk=', transcript: 'hi' },
    ],
  },
  {
    type: 'message',
    role: 'user',
    name: 'Ada',
    content: [
      { type: 'input_text', text: 'x', cache_control: { type: 'ephemeral', ttl: '5m' }, extras },
      { type: 'input_image', image_url: png, detail: 'low', extras },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,aGk=' },
      { type: 'input_file', file_id: 'file_1' },
      { type: 'input_audio', data: 'aGk=', format: 'wav' },
    ],
  },
  {
    type: 'reasoning',
    maker: 'anthropic-messages',
    summary: [{ type: 'summary_text', text: 'x' }],
    content: [{ type: 'reasoning_text', text: 'y' }],
    signature: 's',
    encrypted_content: 'e',
  },
  {
    type: 'function_call',
    call_id: 'c',
    name: 'f',
    arguments: '{"a":1}',
    signature: 's',
    maker: 'gemini',
    cache_control: { type: 'ephemeral' },
    extras,
  },
  { type: 'function_call', call_id: 'c', name: 'f', arguments: 'free text', custom: true },
  {
    type: 'function_call_output',
    call_id: 'c',
    is_error: true,
    output: [
      { type: 'input_text', text: 'x' },
      { type: 'input_image', image_url: png },
    ],
  },
  {
    type: 'fairlead:native',
    role: 'assistant',
    dialect: 'anthropic-messages',
    block: { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
  },
  { type: 'fairlead:native', role: 'user', dialect: 'gemini', block: { executableCode: {} } },
  { type: 'fairlead:native', role: 'assistant', dialect: 'bedrock-converse', block: { a: 1 } },
]

const values = new RandomValues(createRandom(5))

/** Such items and those that may be given, some of them with something wrong. */
function randomItem(): unknown {
  const item = values.chance(0.5)
    ? values.pick(kept as [Item, ...Item[]])
    : randomOfShape(values, { $ref: 'Item' }, itemShapes)
  const [read] = kept.includes(item as Item) ? [item] : readable(item)
  return values.chance(0.3) ? read : damaged(values, read)
}

function readable(given: unknown): readonly Item[] {
  try {
    return readGivenItems([given], 'items')
  } catch {
    return []
  }
}

/** What goes wrong other than in words for the caller. */
function fault(act: () => unknown): unknown {
  try {
    JSON.stringify(act())
    return undefined
  } catch (error) {
    return error instanceof ModelError && error.status < 500 ? undefined : error
  }
}

describe('an item that itemProblem passes', () => {
  it('is one of those that are kept, whole', () => {
    for (const item of kept) expect(itemProblem(item), JSON.stringify(item)).toBeUndefined()
    for (let round = 0; round < 500; round += 1) {
      const given = randomOfShape(values, { $ref: 'Item' }, itemShapes)
      for (const item of readable(given)) expect(itemProblem(item)).toBeUndefined()
    }
  })

  it('is written by every dialect, or refused in words', () => {
    const all = new Set(itemIncludes)
    let passed = 0
    for (let round = 0; round < 6000; round += 1) {
      const item = randomItem() as Item
      if (itemProblem(item) !== undefined) continue
      passed += 1
      const faults = dialects.map((dialect) =>
        fault(() =>
          chatFormatOf(dialect).encodeRequest({
            model: 'm',
            items: [item],
            tools: [],
            settings: {},
            stream: false,
            includeUsage: false,
            extras: {},
          }),
        ),
      )
      const shown = fault(() => presentItem({ ...item, id: 'item_1' }, all))
      expect(
        [...faults, shown].find((one) => one !== undefined),
        JSON.stringify(item),
      ).toBe(undefined)
    }
    expect(passed).toBeGreaterThan(2000)
  })

  it.each([
    [null, 'it is not an object'],
    [{}, 'its type is not known'],
    [{ type: 'function_call_output', call_id: 'c1' }, 'output is missing'],
    [{ type: 'function_call_output', call_id: 'c1', output: 5 }, 'output is not valid'],
    [{ type: 'reasoning', id: 'rs_1' }, 'summary is missing'],
    [{ type: 'reasoning', summary: [], content: null }, 'content is not valid'],
    [{ type: 'message', role: 'user', content: [{ type: 'input_text' }] }, 'content is not valid'],
    [{ type: 'message', role: 'user', content: [null] }, 'content is not valid'],
    [{ type: 'message', role: 'user', content: [{ type: 'bogus' }] }, 'content is not valid'],
    [{ type: 'message', role: 'wizard', content: [] }, 'role is not valid'],
    [{ type: 'fairlead:native', role: 'user', dialect: 'x' }, 'block is missing'],
  ])('is not %j', (item, problem) => {
    expect(itemProblem(item)).toBe(problem)
  })
})
