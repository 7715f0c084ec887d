import { isJsonObject, parseJsonOrUndefined, systemClock } from '@fairlead/base'
import { SeededRandom } from '@fairlead/base/testing'
import { createMemoryStore, type TurnStore } from '@fairlead/context'
import { describe, expect, it } from 'vitest'
import { bytesOf, fields, type JsonNode } from './test-support/fuzz/json-node.ts'
import { mutate } from './test-support/fuzz/mutate.ts'
import { modelUpstream } from './test-support/model-upstream.ts'
import { keyedProvider, routeOf } from './test-support/snapshot.ts'
import { openInMemory, testGateway } from './test-support/test-gateway.ts'

const models = ['chat', 'responses', 'anthropic', 'gemini'] as const
const png = 'data:image/png;base64,iVBORw0KGgo='

/** Items as they are kept, which are then changed at random. */
const kept: readonly JsonNode[] = [
  fields({ type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' }),
  fields({ type: 'function_call_output', call_id: 'c1', output: 'done' }),
  fields({
    type: 'function_call_output',
    call_id: 'c1',
    output: [fields({ type: 'input_image', image_url: png })],
  }),
  fields({ type: 'reasoning', summary: [fields({ type: 'summary_text', text: 'x' })] }),
  fields({ type: 'message', role: 'user', content: [fields({ type: 'input_text', text: 'x' })] }),
  fields({
    type: 'message',
    role: 'user',
    content: [
      fields({ type: 'input_text', text: 'look' }),
      fields({ type: 'input_image', image_url: png }),
      fields({ type: 'input_file', filename: 'a.bin', file_data: 'data:x/y;base64,aGk=' }),
      fields({ type: 'input_audio', data: 'aGk=', format: 'odd' }),
    ],
  }),
  fields({
    type: 'message',
    role: 'assistant',
    content: [
      fields({ type: 'output_text', text: 'x', annotations: [fields({ type: 'url_citation' })] }),
      fields({ type: 'output_file', media_type: 'image/png', data: 'iVBORw0KGgo=' }),
    ],
  }),
  ...['cohere-chat', 'bedrock-converse'].map((dialect) =>
    fields({
      type: 'fairlead:native',
      role: 'assistant',
      dialect,
      block: fields({ type: 'odd_call', id: 'o' }),
    }),
  ),
]

/** One to five items, of which most have something wrong in them. */
function oldItems(random: SeededRandom): unknown[] {
  return Array.from({ length: 1 + random.below(5) }, (_, index) => {
    let node = random.pick(kept)
    for (let count = random.below(4); count > 0; count -= 1) node = mutate(random, node)
    const item = parseJsonOrUndefined(bytesOf(node).toString('utf8'))
    return isJsonObject(item) ? { id: `old_${index}`, ...item } : item
  })
}

async function start() {
  const upstream = await modelUpstream()
  const baseURL = upstream.url
  const store = createMemoryStore({ clock: systemClock, ttlMs: undefined })
  const gateway = await testGateway({
    providers: [
      keyedProvider('chat', { type: 'OpenAICompatible', baseURL }),
      keyedProvider('responses', { type: 'OpenAI', baseURL }),
      keyedProvider('anthropic', { type: 'Anthropic', baseURL }),
      keyedProvider('gemini', { type: 'Gemini', baseURL: baseURL.replace('/v1', '/v1beta') }),
    ],
    routes: models.map((model) =>
      routeOf(model, [{ provider: model }], { match: { models: [model] } }),
    ),
    secrets: Object.fromEntries(models.map((model) => [model, 'sk'])),
    openStore: () => openInMemory(store),
  })
  return { gateway, store }
}

type Started = Awaited<ReturnType<typeof start>>

/** A conversation with one turn that is well, and one that holds what it should not. */
async function conversationWith({ gateway, store }: Started, items: unknown[], id: string) {
  const body = { model: 'chat', messages: [{ role: 'user', content: 'Hi' }] }
  await (await gateway.chat(body, { 'x-fairlead-conversation': id })).text()
  await addOldTurn(store, id, items)
}

async function addOldTurn(store: TurnStore, id: string, items: unknown[]): Promise<void> {
  const stored = await store.basis('', id, { pathMax: 1 })
  const last = stored?.path.at(-1)
  if (stored === undefined || last === undefined) throw new Error('the call made no turn')
  const { ccp } = stored.conversation
  const half = Math.ceil(items.length / 2)
  const turn = {
    ...last,
    id: 'turn_old',
    seq: last.seq + 1,
    parent: last.id,
    input: items.slice(0, half) as typeof last.input,
    output: items.slice(half) as typeof last.output,
  }
  const conversation = {
    ...stored.conversation,
    ccp: {
      ...ccp,
      revision: ccp.revision + 1,
      head: turn.id,
      branches: { ...ccp.branches, [ccp.branch]: turn.id },
      turns: turn.seq,
    },
  }
  await store.append({ expectedRevision: ccp.revision, conversation, turns: [turn] })
}

/** The statuses of everything that can be asked about a conversation. */
async function askAll({ gateway }: Started, id: string): Promise<readonly string[]> {
  const answers: string[] = []
  const note = async (what: string, answer: Response) => {
    const text = await answer.text()
    answers.push(`${what} ${answer.status}${answer.status === 200 ? '' : ` ${text}`}`)
    return answer
  }
  const path = `/v1/conversations/${id}`
  const get = (rest: string) => fetch(`${gateway.url}${rest}`)
  await note('items', await get(`${path}/items?limit=100&include[]=reasoning.encrypted_content`))
  await note('turns', await get(`${path}/turns`))
  for (const model of models) {
    const body = { model, messages: [{ role: 'user', content: 'And now?' }] }
    await note(`plan ${model}`, await gateway.post(`${path}/plan`, body))
    const headers = { 'x-fairlead-conversation': id }
    const call = await note(`call ${model}`, await gateway.chat(body, headers))
    await note('stored plan', await get(`/v1/plans/${call.headers.get('x-fairlead-plan')}`))
  }
  return answers
}

describe('items that are in the store already', () => {
  it('never make a call fail, whatever they are', async () => {
    const started = await start()
    for (let seed = 1; seed <= 40; seed += 1) {
      const items = oldItems(new SeededRandom(seed))
      const id = `old-${seed}`
      await conversationWith(started, items, id)
      const bad = (await askAll(started, id)).filter((answer) => !answer.endsWith(' 200'))
      expect(bad, `${seed}: ${JSON.stringify(items)}`).toEqual([])
    }
  })

  it('are named in the plan where they are left out', async () => {
    const started = await start()
    await conversationWith(
      started,
      [
        { type: 'function_call_output', id: 'fco_1', call_id: 'c1' },
        {
          type: 'message',
          id: 'msg_1',
          role: 'user',
          content: [
            { type: 'input_text', text: 'what is in it?' },
            { type: 'input_file', filename: 'a.bin', file_data: 'data:x/y;base64,aGk=' },
          ],
        },
        {
          type: 'fairlead:native',
          id: 'ni_1',
          role: 'assistant',
          dialect: 'gemini',
          block: { executableCode: {} },
        },
      ],
      'mine',
    )
    const body = { model: 'anthropic', messages: [{ role: 'user', content: 'And now?' }] }
    const answer = await started.gateway.post('/v1/conversations/mine/plan', body)
    const { left_out_items, rendered } = (await answer.json()) as Record<string, unknown>
    const turn = 'turn_old'
    expect(left_out_items).toMatchObject([
      { turn, item: 'fco_1', reason: 'unreadable', problem: 'output is missing' },
      { turn, item: 'msg_1', reason: 'refused_by_target', problem: expect.stringMatching(/x\/y/) },
      { turn, item: 'ni_1', reason: 'unknown_to_target', problem: null },
    ])
    expect(JSON.stringify(rendered)).toContain('what is in it?')
  })
})
