import type { AccessPolicySettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { policyOf } from './test-support/access-policy.ts'
import {
  consumerOf,
  personaOf,
  promptOf,
  routeOf,
  simulatorOf,
  snapshotOf,
  type SnapshotParts,
} from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const messages = [{ role: 'user' as const, content: 'hi' }]
const body = { model: 'small', messages }
const bob = { 'x-api-key': 'bob' }

async function start(policies: readonly AccessPolicySettings[], parts: SnapshotParts = {}) {
  const snapshot: SnapshotParts = {
    providers: [simulatorOf('one'), simulatorOf('two')],
    consumers: [consumerOf('bob')],
    ...parts,
    gateway: { auth: 'Required', ...parts.gateway },
  }
  const gateway = await testGateway({
    ...snapshot,
    accessPolicies: policies,
    secrets: { bob: 'bob' },
  })
  return {
    gateway,
    change: (accessPolicies: readonly AccessPolicySettings[]) =>
      gateway.snapshots.set(
        snapshotOf({ ...snapshot, hash: `sha256:${accessPolicies.length}`, accessPolicies }),
      ),
    /** Status and body. */
    post: async (path: string, sent: object): Promise<readonly [number, string]> => {
      const response = await gateway.post(path, sent, bob)
      return [response.status, await response.text()]
    },
  }
}

describe('a prompt that may not be used', () => {
  const prompts = [
    promptOf('closed', [{ version: '1', messages }], { path: '/support/ask' }),
    promptOf('open', [{ version: '1', messages }]),
  ]
  const closed = policyOf('p', { resources: { promptTemplates: ['default/closed'] } })

  it('has the answer of one that is not there', async () => {
    const { post } = await start([closed], { prompts })
    for (const place of ['/prompts/default/', '/prompts/default%2F']) {
      const answers = ['closed', 'absent'].map((name) => post(`${place}${name}`, {}))
      const [[hiddenStatus, hidden], [absentStatus, absent]] = (await Promise.all(answers)) as [
        [number, string],
        [number, string],
      ]
      expect([hiddenStatus, hidden.replaceAll('closed', '…')]).toEqual([
        absentStatus,
        absent.replaceAll('absent', '…'),
      ])
      expect(hiddenStatus).toBe(404)
    }
  })

  it('does not tell its name to whoever knows its path', async () => {
    const { post } = await start([closed], { prompts })
    const [status, told] = await post('/support/ask', {})
    expect(status).toBe(404)
    expect(told).not.toContain('closed')
  })
})

describe('a persona that a conversation has', () => {
  const personas = [personaOf('closed'), personaOf('open')]
  const routes = [routeOf('all', [{ provider: 'one' }])]
  const resources = { personas: ['default/closed'] }

  it.each<[string, AccessPolicySettings]>([
    ['for everybody', policyOf('p', { resources })],
    ['by an expression', policyOf('p', { resources, subjects: { cel: 'request.model != ""' } })],
    [
      'by one that cannot be evaluated',
      policyOf('p', { resources, subjects: { cel: 'consumer.metadata["none"] == "x"' } }),
    ],
    [
      'on a route',
      policyOf('p', {
        resources,
        targets: [{ kind: 'RoutingPolicy', key: 'default/policy', rule: undefined }],
      }),
    ],
    [
      'as all others',
      policyOf('p', { action: 'Allow', resources: { personas: ['default/open'] } }),
    ],
  ])('is refused as soon as it is denied, %s', async (_, policy) => {
    const { change, post } = await start([], { personas, routes })
    const begin = { ...body, context: { conversation: 'chat', persona: 'closed' } }
    const go = { ...body, context: { conversation: 'chat' } }
    expect((await post('/v1/chat/completions', begin))[0]).toBe(200)
    expect((await post('/v1/chat/completions', go))[0]).toBe(200)
    change([policy])
    const [status, told] = await post('/v1/chat/completions', go)
    expect([status, told]).toEqual([404, expect.stringContaining('persona_not_found')])
    const [dryStatus] = await post('/v1/conversations/chat/plan', body)
    expect(dryStatus).toBe(404)
    const other = { ...body, context: { conversation: 'chat', persona: 'open' } }
    expect((await post('/v1/chat/completions', other))[0]).toBe(200)
    change([])
    expect((await post('/v1/chat/completions', go))[0]).toBe(200)
  })
})

describe('conversations that may not be had', () => {
  const routes = [routeOf('all', [{ provider: 'one' }])]
  const resources = { features: ['Conversations' as const] }

  it.each<[string, AccessPolicySettings]>([
    ['for everybody', policyOf('p', { resources })],
    ['by an expression', policyOf('p', { resources, subjects: { cel: 'consumer.name == "bob"' } })],
    [
      'as all other features',
      policyOf('p', { action: 'Allow', resources: { features: ['Tools'] } }),
    ],
  ])('are begun in no way, %s', async (_, policy) => {
    const { change, gateway, post } = await start([], { routes })
    const asked = { model: 'small', input: 'hi' }
    const [, first] = await post('/v1/responses', asked)
    const { id } = JSON.parse(first) as { id: string }
    const [, made] = await post('/v1/conversations', {})
    const { id: conversation } = JSON.parse(made) as { id: string }
    const exported = await fetch(`${gateway.url}/v1/conversations/${conversation}/export`, {
      headers: bob,
    })
    const lines = await exported.text()
    const load = async () => {
      const headers = { ...bob, 'content-type': 'application/jsonl' }
      return (await gateway.post('/v1/conversations/import', lines, headers)).status
    }
    expect((await post('/v1/responses', { ...asked, previous_response_id: id }))[0]).toBe(200)
    expect(await load()).toBe(200)
    change([policy])
    for (const [path, sent] of [
      ['/v1/responses', { ...asked, previous_response_id: id }],
      ['/v1/responses', { ...asked, conversation }],
      ['/v1/conversations', {}],
      ['/v1/chat/completions', { ...body, context: { conversation: 'new' } }],
    ] as const) {
      const [status, told] = await post(path, sent)
      expect([status, told]).toEqual([403, expect.stringContaining('feature_not_allowed')])
    }
    expect(await load()).toBe(403)
    expect((await post('/v1/responses', asked))[0]).toBe(200)
    const own = await fetch(`${gateway.url}/v1/conversations/${conversation}`, { headers: bob })
    expect(own.status).toBe(200)
  })
})

describe('tools that a provider runs', () => {
  it.each(['googleSearch', 'google_search'])('are tools like others: %s', async (name) => {
    const call = {
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      tools: [{ [name]: {} }],
    }
    for (const resources of [{ tools: ['googleSearch'] }, { features: ['Tools' as const] }]) {
      const { post } = await start([policyOf('p', { resources })])
      const [status] = await post('/v1beta/models/small:generateContent', call)
      expect(status).toBe(403)
    }
  })
})

describe('a target that may not be used', () => {
  const routes = [
    routeOf('both', [{ provider: 'one' }, { provider: 'two' }], { match: { models: ['small'] } }),
  ]
  const noOne = policyOf('p', { resources: { providers: ['default/one'] } })

  it('is in the log, and in nothing that the caller sees', async () => {
    const { gateway, post } = await start([noOne], { routes })
    const response = await gateway.chat(body, { ...bob, 'x-fairlead-explain': 'attempts' })
    expect(response.headers.get('x-fairlead-provider')).toBe('default/two')
    const id = response.headers.get('x-fairlead-request-id') ?? ''
    const told = [await response.text(), ...response.headers]
    await expect
      .poll(async () => (await fetch(`${gateway.url}/v1/requests/${id}`, { headers: bob })).status)
      .toBe(200)
    const kept = await (await fetch(`${gateway.url}/v1/requests/${id}`, { headers: bob })).text()
    const [, explained] = await post('/v1/route', body)
    expect(JSON.stringify([told, kept, explained])).not.toContain('default/one')
    expect(gateway.logs.find(({ message }) => message === 'call')?.fields).toMatchObject({
      passedOver: [{ target: 'one', hidden: true }],
    })
  })

  it('does not change what is wrong with the others', async () => {
    const small = {
      ...simulatorOf('two'),
      models: [
        {
          name: 'small',
          aliases: [],
          contextWindow: 16,
          maxOutputTokens: undefined,
          capabilities: [],
        },
      ],
    }
    const { post } = await start([noOne], { routes, providers: [simulatorOf('one'), small] })
    const long = { ...body, messages: [{ role: 'user', content: 'word '.repeat(2_000) }] }
    const [status, told] = await post('/v1/chat/completions', long)
    expect([status, told]).toEqual([400, expect.stringContaining('context_length_exceeded')])
    expect(told).not.toContain('one')
  })
})
