import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { manifest, route } from './support/manifests.ts'
import { waitFor } from './support/wait-for.ts'

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead({ flags: ['--workers', '2'] })
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

interface Asked {
  readonly status: number
  readonly code: string | undefined
}

async function ask(token: string, model = 'assistant'): Promise<Asked> {
  const response = await fetch(`${fairlead.endpoints.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
  })
  const { error } = (await response.json()) as { error?: { code: string } }
  return { status: response.status, code: error?.code }
}

const until = (what: string, token: string, status: number, code?: string, model?: string) =>
  waitFor(what, async () => {
    const asked = await ask(token, model)
    return asked.status === status && asked.code === code
  })

it('pods call with the token of their ServiceAccount, and no key', async () => {
  const { kubectl } = fairlead
  await kubectl('create', 'serviceaccount', 'web')
  const token = (await kubectl('create', 'token', 'web')).trim()
  expect(await ask(token)).toEqual({ status: 401, code: 'invalid_api_key' })
  const auth = { spec: { auth: { methods: ['APIKey', 'ServiceAccount'] } } }
  await kubectl('patch', 'llmgateway/default', '--type=merge', '-p', JSON.stringify(auth))
  await until('the method', token, 403, 'unknown_consumer')
  await kubectl.apply(
    manifest('Consumer', 'web', { serviceAccounts: [{ namespace: 'default', name: 'web' }] }),
  )
  await until('the Consumer', token, 200)
  expect(await ask(fairlead.endpoints.apiKey)).toEqual({ status: 200, code: undefined })
  const foreign = (await kubectl('create', 'token', 'web', '--audience', 'other')).trim()
  expect(await ask(foreign)).toEqual({ status: 401, code: 'invalid_token' })
  await kubectl('delete', 'serviceaccount', 'web')
  const [header = '', claims = '', signature = ''] = token.split('.')
  const forged = `${header}.${claims}.${signature.split('').toReversed().join('')}`
  expect(await ask(forged)).toEqual({ status: 401, code: 'invalid_token' })
}, 60_000)

it('contractors may not use large models', async () => {
  const { kubectl } = fairlead
  const { apiKey } = fairlead.endpoints
  await kubectl.apply(route('large', 'large-1', 'simulator'))
  await until('the route', apiKey, 200, undefined, 'large-1')
  const policy = {
    targetRefs: [{ kind: 'LLMGateway', name: 'default' }],
    action: 'Deny',
    subjects: { notGroups: ['employees'] },
    resources: { models: ['large*'] },
  }
  await kubectl.apply(manifest('AccessPolicy', 'large-models', policy))
  await until('the policy', apiKey, 404, 'model_not_found', 'large-1')
  expect(await ask(apiKey)).toEqual({ status: 200, code: undefined })
  const groups = { spec: { groups: ['employees'] } }
  await kubectl('patch', 'consumer/quickstart', '--type=merge', '-p', JSON.stringify(groups))
  await until('the group', apiKey, 200, undefined, 'large-1')
}, 60_000)
