import { join } from 'node:path'
import type { JsonObject } from '@fairlead/base'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { loadOpenAiSchemas } from './test-support/openai-schema.ts'
import { modelUpstream } from './test-support/model-upstream.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const corpora = process.env['FAIRLEAD_CORPORA'] ?? ''
/** Checks an answer against OpenAI's description of it, where that is at hand. */
const check = corpora === '' ? () => [] : loadOpenAiSchemas(join(corpora, 'specs/openai.json'))

async function start() {
  const upstream = await modelUpstream()
  const gateway = await testGateway({
    providers: [keyedProvider('p', { type: 'OpenAI', baseURL: upstream.url })],
    secrets: { p: 'sk-upstream' },
  })
  const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'any', maxRetries: 0 })
  return { gateway, openai }
}

/** One item of each kind that a conversation may be given. */
const everyKind: readonly (JsonObject & { readonly id?: string })[] = [
  { role: 'developer', content: 'Be kind.' },
  { role: 'user', content: [{ type: 'input_text', text: 'Where?' }] },
  {
    type: 'file_search_call',
    id: 'fs_1',
    status: 'completed',
    queries: ['where'],
    results: [{ file_id: 'file_1', text: 'there', filename: 'a.txt', score: 0.5 }],
  },
  {
    type: 'web_search_call',
    id: 'ws_1',
    status: 'completed',
    action: { type: 'search', query: 'where', sources: [{ type: 'url', url: 'https://a.test' }] },
  },
  {
    type: 'computer_call',
    id: 'cu_1',
    call_id: 'call_1',
    status: 'completed',
    action: { type: 'screenshot' },
    pending_safety_checks: [],
  },
  {
    type: 'computer_call_output',
    call_id: 'call_1',
    output: { type: 'computer_screenshot', image_url: 'https://a.test/screen.png' },
  },
  { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' },
  { type: 'function_call', call_id: 'call_2', name: 'f', arguments: '{}' },
  { type: 'function_call_output', call_id: 'call_2', output: 'done' },
  { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'aGk=' },
  {
    type: 'code_interpreter_call',
    id: 'ci_1',
    status: 'completed',
    container_id: 'c',
    code: '1 + 1',
    outputs: [{ type: 'logs', logs: '2' }],
  },
  {
    type: 'local_shell_call',
    id: 'lsh_1',
    call_id: 'call_3',
    status: 'completed',
    action: { type: 'exec', command: ['ls'], env: {} },
  },
  { type: 'local_shell_call_output', id: 'lsho_1', call_id: 'call_3', output: 'a.txt' },
  { type: 'shell_call', call_id: 'call_4', action: { commands: ['ls'] } },
  {
    type: 'shell_call_output',
    call_id: 'call_4',
    output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }],
  },
  {
    type: 'apply_patch_call',
    call_id: 'call_5',
    status: 'completed',
    operation: { type: 'delete_file', path: 'a.txt' },
  },
  { type: 'apply_patch_call_output', call_id: 'call_5', status: 'completed', output: 'gone' },
  {
    type: 'mcp_list_tools',
    id: 'mcpl_1',
    server_label: 's',
    tools: [{ name: 't', input_schema: {} }],
  },
  { type: 'mcp_approval_request', id: 'mcpr_1', server_label: 's', name: 't', arguments: '{}' },
]

describe('the official SDK, in conversations', () => {
  it('creates, reads, changes and deletes a conversation', async () => {
    const { gateway, openai } = await start()
    const made = await openai.conversations.create({ metadata: { topic: 'fish' } })
    expect(check('ConversationResource', made)).toEqual([])
    expect(await openai.conversations.retrieve(made.id)).toEqual(made)
    const changed = await openai.conversations.update(made.id, { metadata: { topic: 'boats' } })
    expect(changed.metadata).toEqual({ topic: 'boats' })
    const none = await openai.conversations.items.list(made.id)
    expect(none.data).toEqual([])
    const raw = await fetch(`${gateway.url}/v1/conversations/${made.id}/items`)
    expect(check('ConversationItemList', await raw.json())).toEqual([])
    const deleted = await openai.conversations.delete(made.id)
    expect(check('DeletedConversationResource', deleted)).toEqual([])
    await expect(openai.conversations.retrieve(made.id)).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    )
  })

  it('adds, lists page by page, reads and deletes items of every kind', async () => {
    const { openai } = await start()
    const { id } = await openai.conversations.create()
    const added = await openai.conversations.items.create(id, {
      items: everyKind as unknown as OpenAI.Responses.ResponseInputItem[],
    })
    expect(check('ConversationItemList', added)).toEqual([])
    expect(added.data).toHaveLength(everyKind.length)
    const listed: { id?: string | null }[] = []
    for await (const item of openai.conversations.items.list(id, { order: 'asc', limit: 5 })) {
      expect(check('ConversationItem', item)).toEqual([])
      listed.push(item)
    }
    expect(listed).toEqual(added.data)
    for (const item of listed) {
      const itemId = String(item.id)
      expect(await openai.conversations.items.retrieve(itemId, { conversation_id: id })).toEqual(
        item,
      )
      const left = await openai.conversations.items.delete(itemId, { conversation_id: id })
      expect(check('ConversationResource', left)).toEqual([])
      await expect(
        openai.conversations.items.retrieve(itemId, { conversation_id: id }),
      ).rejects.toMatchObject({ status: 404, code: 'item_not_found' })
    }
    expect((await openai.conversations.items.list(id)).data).toEqual([])
  })

  it('shows what is asked for with include, and only that', async () => {
    const { openai } = await start()
    const { id } = await openai.conversations.create({
      items: [
        {
          role: 'user',
          content: [{ type: 'input_image', image_url: 'https://a.test/cat.png', detail: 'low' }],
        },
        ...everyKind.filter((item) => 'id' in item || 'call_id' in item),
      ] as unknown as OpenAI.Responses.ResponseInputItem[],
    })
    const bare = await openai.conversations.items.list(id, { limit: 100 })
    const secrets = /sealed|https:|there|"logs"/
    expect(JSON.stringify(bare.data)).not.toMatch(secrets)
    const all = await openai.conversations.items.list(id, {
      limit: 100,
      order: 'asc',
      include: [
        'file_search_call.results',
        'web_search_call.action.sources',
        'message.input_image.image_url',
        'computer_call_output.output.image_url',
        'code_interpreter_call.outputs',
        'reasoning.encrypted_content',
      ],
    })
    for (const item of all.data) expect(check('ConversationItem', item)).toEqual([])
    expect(all.data[0]).toMatchObject({ content: [{ image_url: 'https://a.test/cat.png' }] })
    expect(all.data).toContainEqual(everyKind.find((item) => item.id === 'fs_1'))
    expect(all.data).toContainEqual(everyKind.find((item) => item.id === 'ws_1'))
    expect(all.data).toContainEqual(everyKind.find((item) => item.id === 'ci_1'))
    expect(all.data).toContainEqual(everyKind.find((item) => item.id === 'rs_1'))
    await expect(
      openai.conversations.items.list(id, { include: ['everything' as never] }),
    ).rejects.toMatchObject({ status: 400, param: 'include' })
  })

  it('what a model answered stands among the items as OpenAI has it', async () => {
    const { openai, gateway } = await start()
    const { id } = await openai.conversations.create({ items: [{ role: 'user', content: 'Hi' }] })
    const body = { model: 'm', messages: [{ role: 'user', content: 'Say it' }] }
    const answer = await gateway.chat(body, { 'x-fairlead-conversation': id })
    expect(answer.status).toBe(200)
    await answer.text()
    const { data } = await openai.conversations.items.list(id, { order: 'asc' })
    for (const item of data) expect(check('ConversationItem', item)).toEqual([])
    expect(data.map((item) => item.type === 'message' && item.role)).toEqual([
      'user',
      'user',
      'assistant',
    ])
    expect(data[2]).toMatchObject({
      status: 'completed',
      content: [{ type: 'output_text', annotations: [], logprobs: [] }],
    })
  })

  it.each([
    ['items', {}],
    ['items', { items: 'x' }],
    ['items', { items: Array.from({ length: 21 }, () => ({ role: 'user', content: 'x' })) }],
    ['items[1].type', { items: [{ role: 'user', content: 'x' }, { type: 'compaction_trigger' }] }],
    ['colour', { items: [], colour: 'red' }],
  ])('names %s in %j', async (param, body) => {
    const { gateway, openai } = await start()
    const { id } = await openai.conversations.create()
    const answer = await gateway.post(`/v1/conversations/${id}/items`, body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: { type: 'invalid_request_error', param },
    })
  })

  it('refuses to keep the items of a conversation that is deleted', async () => {
    const { gateway, openai } = await start()
    const { id } = await openai.conversations.create()
    const url = `${gateway.url}/v1/conversations/${id}?keep_items=true`
    const answer = await fetch(url, { method: 'DELETE' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { param: 'keep_items' } })
  })
})
