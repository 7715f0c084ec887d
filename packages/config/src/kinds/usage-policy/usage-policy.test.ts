import { describe, expect, it } from 'vitest'
import {
  compileAll,
  conditionsOf,
  snapshotOf,
  type Described,
} from '../../test-support/resources.ts'

const usage = (spec: object): Described => ({
  kind: 'UsagePolicy',
  name: 'u',
  spec: { targetRefs: [{ kind: 'LLMGateway', name: 'default' }], ...spec },
})

const compiled = (spec: object) => snapshotOf(usage(spec))?.usagePolicies[0]
const accepted = (spec: object) =>
  conditionsOf(compileAll(usage(spec)), 'UsagePolicy', 'default/u').Accepted

const limit = (fields: object) => ({
  limits: [{ name: 'l', requests: 1, window: { every: '1m' }, ...fields }],
})

describe('a UsagePolicy', () => {
  it('has its defaults applied, and its amounts in whole numbers', () => {
    const limits = [
      { name: 'burst', requests: 60, window: { every: '1m30s' } },
      {
        name: 'daily',
        tokens: { amount: 9 },
        window: { calendar: 'Day', timeZone: 'Europe/Rome' },
      },
      { name: 'month', cost: '0.000000001', window: { calendar: 'Month' }, warnAt: [80, 50, 80] },
    ]
    expect(compiled({ limits, per: ['Consumer', 'cel: request.model '] })).toMatchObject({
      targets: [{ kind: 'LLMGateway', key: 'default/default' }],
      match: { models: [], groups: [], consumers: [], headers: [], cel: '' },
      per: [{ by: 'Consumer' }, { by: 'CEL', cel: 'request.model' }],
      limits: [
        { measure: 'Requests', amount: 60, window: { type: 'Sliding', everyMs: 90_000 } },
        {
          measure: 'TotalTokens',
          amount: 9,
          window: { type: 'Calendar', period: 'Day', timeZone: 'Europe/Rome' },
        },
        { measure: 'Cost', amount: 1, window: { timeZone: 'UTC' }, warnAt: [50, 80] },
      ],
      concurrency: undefined,
      mode: 'Enforce',
      onExceeded: { action: 'Reject' },
      onStoreFailure: 'Deny',
      reservation: 'Exact',
      charges: { replayed: 'Requests', refused: 'Requests' },
    })
    expect(compiled({ concurrency: 1, onExceeded: { action: 'Queue' } })?.onExceeded).toEqual({
      action: 'Queue',
      maxWaitMs: 5000,
      maxLength: 100,
    })
  })

  it.each([
    [
      'a time zone that nobody knows',
      limit({ window: { calendar: 'Day', timeZone: 'Mars/Base' } }),
      'spec.limits[0].window.timeZone: "Mars/Base" is no IANA time zone such as Europe/Rome',
    ],
    [
      'a window that is too long',
      limit({ window: { every: '745h' } }),
      'spec.limits[0].window.every: must be from 1s to 744h, and is 745h',
    ],
    [
      'a limit of nothing',
      limit({ requests: 0 }),
      'spec.limits[0]: a limit of 0 refuses every call: use an AccessPolicy with action Deny, or give a limit above 0',
    ],
    [
      'a queue for attempts',
      { concurrency: 1, per: ['Provider'], onExceeded: { action: 'Queue' } },
      'spec.onExceeded.action: with a target LLMProvider, or Provider in spec.per, attempts are counted',
    ],
    [
      'a concurrency of nothing',
      { concurrency: 0 },
      'spec.concurrency: a concurrency of 0 refuses every call: use an AccessPolicy with action Deny, or give 1 or more',
    ],
    [
      'less than a nanodollar',
      limit({ requests: undefined, cost: '0.0000000001' }),
      'spec.limits[0].cost: "0.0000000001" must be US dollars with at most nine decimals, at most 9000000',
    ],
    [
      'more than nine million dollars',
      limit({ requests: undefined, cost: '9000000.1' }),
      'spec.limits[0].cost: "9000000.1" must be US dollars with at most nine decimals, at most 9000000',
    ],
    [
      'a limit with the name of the other one',
      limit({ name: 'concurrency' }),
      'spec.limits[0].name: concurrency is the limit of running calls: choose another name',
    ],
    [
      'a wait that is too long',
      { concurrency: 1, onExceeded: { action: 'Queue', maxWait: '2m' } },
      'spec.onExceeded.maxWait: must be from 1ms to 60s, and is 2m',
    ],
    ['a condition that is none', { concurrency: 1, match: { cel: '1 +' } }, 'spec.match.cel: '],
    ['a subject that is none', { concurrency: 1, per: ['cel:1 +'] }, 'spec.per[0]: '],
  ])('is invalid with %s', (_, spec, message) => {
    expect(accepted(spec)).toMatchObject({
      status: 'False',
      reason: 'Invalid',
      message: expect.stringContaining(message),
    })
  })

  it('may wait for a month that is used up, for as long as any call may wait', () => {
    const spec = {
      limits: [{ name: 'month', cost: '5', window: { calendar: 'Month' } }],
      onExceeded: { action: 'Queue', maxWait: '60s' },
    }
    expect(accepted(spec)?.status).toBe('True')
  })

  const route = (more: object) => ({
    concurrency: 1,
    onExceeded: { action: 'Route', model: 'small-1' },
    ...more,
  })

  it.each([
    ['of all models', {}],
    ['that names it', { match: { models: ['large', 'small-1'] } }],
    ['whose pattern matches it', { match: { models: ['small*'] } }],
    ['with other counters than by model', { per: ['Consumer'] }],
    [
      'with a limit of cost beside',
      { limits: [{ name: 'month', cost: '5', window: { calendar: 'Month' } }] },
    ],
  ])('cannot route to a model that it refuses as well: one %s', (_, more) => {
    expect(accepted(route(more))).toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining(
        'spec.onExceeded.model: calls of small-1 count in the same counters',
      ),
    })
  })

  it.each([
    ['for other models', { match: { models: ['large*'] } }],
    ['with counters by model', { per: ['Consumer', 'Model'] }],
    ['with a condition', { match: { cel: 'request.model != "small-1"' } }],
    [
      'of cost alone',
      {
        concurrency: undefined,
        limits: [{ name: 'month', cost: '5', window: { calendar: 'Month' } }],
      },
    ],
  ])('can route to another model: one %s', (_, more) => {
    expect(accepted(route(more))?.status).toBe('True')
  })
})
