// What kubectl says when a resource is written that would not do what is meant.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { manifest } from './support/manifests.ts'
import { waitFor } from './support/wait-for.ts'

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead()
  // The webhooks are known to the API server as soon as the operator leads.
  await waitFor('the webhooks', () =>
    fairlead.kubectl('get', 'validatingwebhookconfiguration', 'fairlead-admission').then(
      () => true,
      () => false,
    ),
  )
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

const apply = (...manifests: readonly string[]) =>
  fairlead.kubectl.run(['apply', '-f', '-'], manifests.join('\n---\n'))

const provider = manifest('LLMProvider', 'listed', {
  type: 'Simulator',
  models: [{ name: 'large', aliases: ['big'] }],
})
const route = (model: string) =>
  manifest('RoutingPolicy', 'to-listed', {
    rules: [
      {
        name: 'all',
        match: { models: ['of-listed'] },
        targets: [{ name: 'one', providerRef: { name: 'listed' }, model }],
      },
    ],
  })

describe('kubectl apply', () => {
  it('warns of a model that the provider does not list', async () => {
    expect((await apply(provider)).stderr).toBe('')
    const warned = await waitFor('a warning', async () => {
      const tried = await fairlead.kubectl.run(
        ['apply', '--dry-run=server', '-f', '-'],
        route('gpt'),
      )
      return tried.stderr !== '' && tried
    })
    expect(warned).toMatchObject({
      code: 0,
      stderr:
        'Warning: rule all, target one: LLMProvider default/listed does not list model "gpt", only large, big; correct the name, or add the model to spec.models of the provider\n',
    })
    expect((await apply(route('big'))).stderr).toBe('')
  })

  it('warns of variables that a persona does not declare', async () => {
    const persona = manifest('Persona', 'forgetful', { instructions: 'You are {{name}}.' })
    expect((await apply(persona)).stderr).toBe(
      'Warning: spec.instructions has {{name}}, which spec.variables does not declare: it is empty wherever a conversation does not set it; correct the name, or declare it\n',
    )
  })

  it('warns of keys that have expired', async () => {
    const expired = manifest('Consumer', 'former', {
      apiKeys: [{ name: 'old', sha256: '0'.repeat(64), expiresAt: '2020-01-01T00:00:00Z' }],
    })
    expect((await apply(expired)).stderr).toBe(
      'Warning: No API key is left that has not expired, so that nobody can call with one: old (2020-01-01T00:00:00Z). Replace them with fairlead key rotate, or remove them with fairlead key revoke\n',
    )
  })

  it('warns of rules that never match', async () => {
    const targets = [{ name: 'a', providerRef: { name: 'later' } }]
    const rules = [
      { name: 'wide', match: { models: ['of-late*'] }, targets },
      { name: 'narrow', match: { models: ['of-later'] }, targets },
    ]
    const policy = manifest('RoutingPolicy', 'late', { gatewayRefs: [{ name: 'later' }], rules })
    expect((await apply(policy)).stderr).toBe(
      'Warning: rule narrow never matches, because rule wide above it matches all its calls\n',
    )
  })

  it('refuses what would have no effect, and nothing of it is stored', async () => {
    const limits = [{ name: 'a', requests: 1, window: { calendar: 'Day', timeZone: 'Mars/Base' } }]
    const targetRefs = [{ kind: 'LLMGateway', name: 'default' }]
    const { code, stderr } = await apply(manifest('UsagePolicy', 'odd', { targetRefs, limits }))
    expect(code).toBe(1)
    expect(stderr).toMatch(/^The UsagePolicy "odd" is invalid: spec\.limits\[0\].*"Mars\/Base"/)
    expect((await fairlead.kubectl.run(['get', 'llmusage', 'odd'])).code).toBe(1)
  })
})

it('kubectl delete warns of who still refers to the resource', async () => {
  await apply(provider, route('large'))
  await waitFor('the route to be known', async () => {
    const deleted = await fairlead.kubectl.run(['delete', 'llmp', 'listed', '--dry-run=server'])
    return deleted.stderr !== ''
  })
  expect(await fairlead.kubectl.run(['delete', 'llmp', 'listed'])).toMatchObject({
    code: 0,
    stderr:
      'Warning: RoutingPolicy default/to-listed: spec.rules[0].targets[0].providerRef: LLMProvider default/listed does not exist\n',
  })
})
