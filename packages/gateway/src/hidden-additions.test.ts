import { createSseParser } from '@fairlead/llm'
import { isJsonObject, type JsonObject } from '@fairlead/base'
import { expect, it } from 'vitest'
import { modelUpstream } from './test-support/model-upstream.ts'
import { keyedProvider, personaOf, routeOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const lookUp = { name: 'look_up', description: 'In our secret files.', parameters: {} }
const own = { type: 'function', name: 'own', parameters: { type: 'object' } }

const calls: Readonly<Record<string, JsonObject>> = {
  'of one call': { context: { persona: 'agent' }, store: false },
  'of a response that is kept': { context: { persona: 'agent' } },
  'of a conversation': { context: { persona: 'agent', conversation: 'new' } },
  'of a call whose text is its input': { context: { persona: 'agent' }, store: false, input: 'hi' },
}

async function responsesTo(asked: JsonObject): Promise<readonly JsonObject[]> {
  const upstream = await modelUpstream()
  const gateway = await testGateway({
    providers: [keyedProvider('p', { type: 'OpenAI', baseURL: upstream.url })],
    personas: [personaOf('agent', { tools: [lookUp] })],
    secrets: { p: 'sk' },
    routes: [routeOf('all', [{ provider: 'p' }])],
  })
  const input = [{ role: 'user', content: 'hi' }]
  const answer = await gateway.post('/v1/responses', { model: 'm', input, ...asked })
  expect(answer.status).toBe(200)
  expect(JSON.stringify(upstream.requests[0]?.body)).toContain('You are agent.')
  expect(JSON.stringify(upstream.requests[0]?.body)).toContain('look_up')
  if (asked['stream'] !== true) return [(await answer.json()) as JsonObject]
  const parser = createSseParser()
  const frames = [...parser.push(Buffer.from(await answer.arrayBuffer())), ...parser.end()]
  return frames
    .map(({ data }) => (JSON.parse(data) as JsonObject)['response'])
    .filter((response) => isJsonObject(response))
}

it.each(
  Object.entries(calls).flatMap(([name, call]) =>
    [false, true].map((stream) => ({ name, call, stream })),
  ),
)(
  'what a provider repeats of a persona is not told, $name (stream: $stream)',
  async ({ call, stream }) => {
    for (const response of await responsesTo({ ...call, stream })) {
      expect(response).toMatchObject({ instructions: null, tools: [] })
      expect(response).toMatchObject({ store: call['store'] ?? true })
    }
    const more = { instructions: 'Be brief.', tools: [own] }
    for (const response of await responsesTo({ ...call, stream, ...more })) {
      expect(response).toMatchObject(more)
      expect(JSON.stringify(response['tools'])).not.toContain('look_up')
    }
  },
)
