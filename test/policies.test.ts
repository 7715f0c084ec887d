import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { manifest } from './support/manifests.ts'
import { waitFor } from './support/wait-for.ts'

const target = { kind: 'LLMGateway', name: 'default' }
const month = { name: 'month', cost: '500.00', window: { calendar: 'Month' } }

const usage = (name: string, more: object = {}) =>
  manifest('UsagePolicy', name, { targetRefs: [target], limits: [month], ...more })

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

interface Status {
  readonly conditions?: readonly Condition[]
  readonly targets?: readonly { readonly conditions: readonly Condition[] }[]
}

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead()
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

async function statusOf(shortName: string, name: string): Promise<Status> {
  const text = await fairlead.kubectl('get', shortName, name, '-o', 'json')
  return (JSON.parse(text) as { readonly status?: Status }).status ?? {}
}

const condition = (
  shortName: string,
  name: string,
  type: string,
  isMet: (one: Condition) => boolean,
) =>
  waitFor(`${type} of ${name}`, async () => {
    const { conditions } = await statusOf(shortName, name)
    return conditions?.find((one) => one.type === type && isMet(one))
  })

const table = async (...args: readonly string[]) =>
  (await fairlead.kubectl('get', ...args)).split('\n').map((line) => line.trim().split(/ {2,}/))

describe('policies', () => {
  it('of guards decide the next call, and say at once what they cannot hold', async () => {
    const guard = { name: 'mail', phases: ['Input'], builtin: { detectors: ['Email'] } }
    const guardrail = (name: string, more: object, rest: object = {}) =>
      manifest('GuardrailPolicy', name, {
        targetRefs: [target],
        guards: [{ ...guard, ...more }],
        ...rest,
      })
    const { apiKey, gateway } = fairlead.endpoints
    const ask = async () => {
      const response = await fetch(`${gateway}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'assistant',
          messages: [{ role: 'user', content: 'I am ada@example.com' }],
        }),
      })
      return `${response.status} ${await response.text()}`
    }
    await fairlead.kubectl.apply(guardrail('mail', { action: 'Mask' }))
    await fairlead.kubectl('wait', '--for=condition=Enforced', 'llmguard/mail')
    expect(await ask()).toMatch(/^200 .*I am \[EMAIL_1\]/)
    await fairlead.kubectl.apply(guardrail('mail', { action: 'Reject' }))
    await waitFor('the refusal', async () => (await ask()).startsWith('400 '))
    expect((await table('llmguard', 'mail')).slice(0, 2)).toMatchObject([
      ['NAME', 'TARGET', 'GUARDS', 'MODE', 'ACCEPTED', 'ENFORCED', 'AGE'],
      ['mail', 'default', 'mail', 'Enforce', 'True', 'True', expect.anything()],
    ])
    await fairlead.kubectl('delete', 'llmguard', 'mail')
    await waitFor('the end of it', async () => (await ask()).includes('I am ada@example.com'))
    const { code, stderr } = await fairlead.kubectl.run(
      ['apply', '-f', '-'],
      guardrail('late', { action: 'Mask', phases: ['Output'] }, { stream: { mode: 'RejectOnly' } }),
    )
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/spec\.guards\[0\]\.action: .*with spec\.stream\.mode RejectOnly/)
  })

  it('are shown in words, and are enforced when every replica runs them', async () => {
    await fairlead.kubectl.apply(usage('engineering', { match: { groups: ['engineering'] } }))
    await fairlead.kubectl.apply(manifest('PriceBook', 'prices', { targetRefs: [target] }))
    const denied = { subjects: { notGroups: ['research'] }, resources: { models: ['huge*'] } }
    await fairlead.kubectl.apply(
      manifest('AccessPolicy', 'research', { targetRefs: [target], action: 'Deny', ...denied }),
    )
    for (const [kind, name] of [
      ['llmusage', 'engineering'],
      ['llmprice', 'prices'],
      ['llmaccess', 'research'],
    ] as const) {
      await fairlead.kubectl('wait', '--for=condition=Enforced', `${kind}/${name}`)
      const { targets } = await statusOf(kind, name)
      expect(targets).toMatchObject([
        {
          targetRef: target,
          conditions: [{ type: 'Accepted' }, { type: 'Enforced', status: 'True' }],
        },
      ])
    }
    expect((await table('llmusage', 'engineering', '-o', 'wide')).slice(0, 2)).toMatchObject([
      ['NAME', 'TARGET', 'MODE', 'ACCEPTED', 'ENFORCED', 'LIMITS', 'AGE'],
      ['engineering', 'default', 'Enforce', 'True', 'True', 'month', expect.anything()],
    ])
    expect((await table('llmprice')).slice(0, 2)).toMatchObject([
      ['NAME', 'TARGET', 'CATALOGUE', 'ACCEPTED', 'PRICED', 'AGE'],
      // Calls of other tests may have no price.
      [
        'prices',
        'default',
        'BuiltIn',
        'True',
        expect.stringMatching(/True|False/),
        expect.anything(),
      ],
    ])
    expect((await table('llmaccess')).slice(0, 2)).toMatchObject([
      ['NAME', 'TARGET', 'ACTION', 'MODE', 'ACCEPTED', 'ENFORCED', 'AGE'],
      ['research', 'default', 'Deny', 'Enforce', 'True', 'True', expect.anything()],
    ])
  })

  it('that are shadows are not enforced', async () => {
    await fairlead.kubectl.apply(usage('shadow', { mode: 'Shadow' }))
    await condition('llmusage', 'shadow', 'Enforced', ({ reason }) => reason === 'Shadow')
  })

  it('say what they are attached to that is not there', async () => {
    const gone = { kind: 'LLMProvider', name: 'gone' }
    await fairlead.kubectl.apply(usage('astray', { targetRefs: [gone] }))
    const accepted = await condition('llmusage', 'astray', 'Accepted', () => true)
    expect(accepted).toMatchObject({
      status: 'False',
      reason: 'RefNotFound',
      message: 'spec.targetRefs[0]: LLMProvider default/gone does not exist',
    })
    const events = await waitFor('the event', async () => {
      const text = await fairlead.kubectl('get', 'events', '--field-selector', 'reason=RefNotFound')
      return text.includes('usagepolicy/astray') && text
    })
    expect(events).toContain('LLMProvider default/gone does not exist')
  })

  it('of prices lose to the older one, which is named', async () => {
    await fairlead.kubectl.apply(manifest('PriceBook', 'second', { targetRefs: [target] }))
    const accepted = await condition('llmprice', 'second', 'Accepted', () => true)
    expect(accepted).toMatchObject({ status: 'False', reason: 'Conflicted' })
    expect(accepted.message).toContain('the prices of PriceBook default/prices, which')
  })

  it.each([
    ['two measures', { ...month, requests: 1 }, 'exactly one of requests, tokens and cost'],
    ['no measure', { name: 'none', window: { every: '1m' } }, 'exactly one of requests'],
    ['nothing', { ...month, cost: '0' }, 'a limit of 0 refuses every call'],
    ['a window that is too long', { ...month, window: { every: '800h' } }, 'use calendar'],
  ])('with a limit of %s are refused at once', async (_, limit, message) => {
    const { code, stderr } = await fairlead.kubectl.run(
      ['apply', '-f', '-'],
      usage('wrong', { limits: [limit] }),
    )
    expect(code).not.toBe(0)
    expect(stderr).toContain(message)
  })

  it('that cannot hold are refused with the field, although the schema takes them', async () => {
    const window = { calendar: 'Day', timeZone: 'Europe/Atlantis' }
    const { code, stderr } = await fairlead.kubectl.run(
      ['apply', '-f', '-', '--dry-run=server'],
      usage('nowhere', { limits: [{ name: 'day', requests: 1, window }] }),
    )
    expect(code).not.toBe(0)
    expect(stderr).toMatch(
      /^The UsagePolicy "nowhere" is invalid: spec\.limits\[0\].*Europe\/Atlantis/,
    )
  })

  it.each([
    ['llmusage.spec.limits.window', 'Defaults to UTC'],
    ['llmusage.spec.targetRefs.sectionName', 'A rule of a RoutingPolicy'],
    ['llmusage.status.counters.overshoot', 'can have been exceeded'],
    ['llmprice.spec.prices.tiers', 'ascending'],
    ['llmaccess.spec.subjects', 'Every given field must hold'],
    ['llmguard.spec.guards.phases', 'what tools have given back'],
    ['llmgw.spec.state.redis.leases', 'worker processes borrow'],
  ])('are explained: %s', async (path, text) => {
    const explained = await fairlead.kubectl('explain', path, '--api-version=fairlead.dev/v1beta1')
    expect(explained.replaceAll(/\s+/g, ' ')).toContain(text)
  })
})
