import { describe, expect, it } from 'vitest'
import { conversationClient } from './test-support/conversation-client.ts'

async function filledClient() {
  const client = await conversationClient()
  for (const text of ['one', 'two', 'three']) await client.say(text)
  const exported = async (id = 'c1') => {
    const response = await client.ask('GET', `/v1/conversations/${id}/export`, undefined)
    return { type: response.headers.get('content-type'), text: await response.text() }
  }
  const imported = async (text: string, query = '', consumer?: string) => {
    const headers = { 'content-type': 'application/jsonl' }
    const path = `/v1/conversations/import${query}`
    return client.told(await client.ask('POST', path, text, headers, consumer))
  }
  return { ...client, exported, imported }
}

describe('export and import over HTTP', () => {
  it('moves a conversation to another tenant, which goes on with it', async () => {
    const { exported, imported, ask, told } = await filledClient()
    const { text, type } = await exported()
    expect(type).toBe('application/jsonl')
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([
      { object: 'conversation', id: 'c1' },
      { object: 'ccp.turn', seq: 1, parent: null },
      { object: 'ccp.turn', seq: 2 },
      { object: 'ccp.turn', seq: 3 },
      { object: 'ccp.context_plan' },
      { object: 'ccp.context_plan' },
      { object: 'ccp.context_plan' },
    ])
    const copy = await imported(text, '', 'other')
    expect(copy).toMatchObject({ status: 200, body: { object: 'conversation' } })
    const id = String(copy.body['id'])
    expect(id).toMatch(/^conv_/)
    const messages = [{ role: 'user', content: 'four' }]
    const context = { conversation: id }
    const next = await told(
      await ask('POST', '/v1/chat/completions', { messages, context }, {}, 'other'),
    )
    expect(JSON.stringify(next.body)).toContain('I see 7 messages')
    expect((await ask('GET', `/v1/conversations/${id}`, undefined)).status).toBe(404)
  })

  it('is put back under its id once that is free', async () => {
    const { call, exported, imported } = await filledClient()
    const { text } = await exported()
    expect(await imported(text, '?keep_id=true')).toMatchObject({
      status: 409,
      body: { error: { code: 'conversation_exists' } },
    })
    await call('DELETE', '')
    expect(await imported(text, '?keep_id=true')).toMatchObject({ status: 200, body: { id: 'c1' } })
    expect((await exported()).text.split('"plan_')[0]).toBe(text.split('"plan_')[0])
  })

  it('names the line that is wrong', async () => {
    const { exported, imported } = await filledClient()
    const { text } = await exported()
    const lines = text.trimEnd().split('\n')
    const wrong = (change: string, line: number) =>
      imported(lines.map((one, index) => (index === line - 1 ? change : one)).join('\n'))
    expect(await wrong('{', 3)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_json', param: 'line 3' } },
    })
    expect(await wrong('{"object":"ccp.turn"}', 2)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_import', param: 'line 2' } },
    })
    expect(await imported('')).toMatchObject({ status: 400 })
    expect(await imported(text, '?keep_id=yes')).toMatchObject({
      body: { error: { param: 'keep_id' } },
    })
    const persona = JSON.parse(lines[0] ?? '') as { ccp: Record<string, unknown> }
    persona.ccp['persona'] = 'nobody'
    expect(await wrong(JSON.stringify(persona), 1)).toMatchObject({ status: 404 })
  })

  it('is JSON lines', async () => {
    const { ask, exported, told } = await filledClient()
    const { text } = await exported()
    const path = '/v1/conversations/import'
    expect((await ask('POST', path, text, { 'content-type': 'text/plain' })).status).toBe(415)
    const response = await ask('GET', '/v1/conversations/c1/export?include=all', undefined)
    expect(await told(response)).toMatchObject({ body: { error: { param: 'include' } } })
    expect((await ask('GET', '/v1/conversations/c9/export', undefined)).status).toBe(404)
  })
})
