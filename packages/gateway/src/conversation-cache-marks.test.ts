import { expect, it } from 'vitest'
import { keyedProvider, personaOf, routeOf, strategyOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { json } from './test-support/upstream.ts'

const answer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'ok' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
}

async function start() {
  const upstream = await testUpstream(json(200, answer))
  const gateway = await testGateway({
    providers: [keyedProvider('claude', { type: 'Anthropic', baseURL: upstream.url })],
    secrets: { claude: 'sk' },
    routes: [routeOf('all', [{ provider: 'claude', model: 'claude-sonnet-4-5' }])],
    personas: [personaOf('polite')],
    strategies: [strategyOf('marked'), strategyOf('plain', { promptCaching: 'None' })],
  })
  const say = async (content: unknown, strategy: string, more: object = {}) => {
    const response = await gateway.post(
      '/v1/messages',
      { model: 'm', max_tokens: 50, messages: [{ role: 'user', content }], ...more },
      {
        'x-fairlead-conversation': strategy,
        'x-fairlead-strategy': strategy,
        'x-fairlead-persona': 'polite',
      },
    )
    expect(response.status, await response.text()).toBe(200)
    const plan = await fetch(`${gateway.url}/v1/plans/${response.headers.get('x-fairlead-plan')}`)
    const { segments } = (await plan.json()) as {
      segments: { kind: string; breakpoint?: boolean }[]
    }
    return {
      sent: JSON.stringify(upstream.requests.at(-1)?.body),
      breakpoints: segments.flatMap(({ breakpoint, kind }) => (breakpoint === true ? [kind] : [])),
    }
  }
  return { say, upstream }
}

const marksIn = (text: string) => text.split('"cache_control"').length - 1

it('a provider is told to cache what later prompts begin with', async () => {
  const { say, upstream } = await start()
  expect((await say('one', 'marked')).breakpoints).toEqual(['system'])
  const { breakpoints, sent } = await say('two', 'marked')
  expect(breakpoints).toEqual(['system', 'history'])
  expect(marksIn(sent)).toBe(2)
  const body = upstream.requests.at(-1)?.body
  expect(body?.['system']).toMatchObject([{ cache_control: { type: 'ephemeral' } }])
  expect(body?.['messages']).toMatchObject([
    { role: 'user' },
    { role: 'assistant', content: [{ text: 'ok', cache_control: { type: 'ephemeral' } }] },
    { role: 'user' },
  ])
})

it('a provider is told nothing where the strategy or the caller says otherwise', async () => {
  const { say } = await start()
  await say('one', 'plain')
  expect(await say('two', 'plain')).toMatchObject({
    breakpoints: [],
    sent: expect.not.stringContaining('cache_control') as string,
  })
  const mark = { cache_control: { type: 'ephemeral' } }
  await say('one', 'marked')
  const own = await say([{ type: 'text', text: 'two', ...mark }], 'marked')
  expect(own.breakpoints).toEqual([])
  expect(marksIn(own.sent)).toBe(1)
  const whole = await say('three', 'marked', mark)
  expect(whole.breakpoints).toEqual([])
})
