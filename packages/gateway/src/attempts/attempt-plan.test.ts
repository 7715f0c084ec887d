import type { RetrySettings } from '@fairlead/snapshot'
import { type FailureClass, ModelError } from '@fairlead/llm'
import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { AttemptPlan } from './attempt-plan.ts'
import type { CallTarget } from '../routing/call-target.ts'

const [a, b] = ['a', 'b'].map((name) => ({ name }) as CallTarget) as [CallTarget, CallTarget]
const all: RetrySettings['conditions'] = ['RateLimited', 'ServerError', 'Timeout', 'Connect']

function failure(failed: FailureClass, retryAfterSeconds?: number): UpstreamFailure {
  const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  return new UpstreamFailure(failed, new ModelError('upstream', failed, options), failed)
}

function stale(): UpstreamFailure {
  const error = new ModelError('upstream', 'stale')
  return new UpstreamFailure('Connect', error, 'stale', { wasStale: true })
}

function planFor(targets: readonly CallTarget[], attempts: number, on = all): AttemptPlan {
  const parts = { clock: new FakeClock(), callStartedMs: 0, random: () => 0 }
  return new AttemptPlan(targets, { attempts, conditions: on }, parts)
}

/**
 * The targets that are tried and the delays between them, until the failures or the attempts run
 * out.
 */
function run(plan: AttemptPlan, failures: readonly UpstreamFailure[]): (string | number)[] {
  const steps: (string | number)[] = [plan.target.name]
  for (const one of failures) {
    try {
      const delayMs = plan.afterFailure(one)
      if (delayMs > 0) steps.push(delayMs)
      steps.push(plan.target.name)
    } catch (error) {
      steps.push(error === one.error ? 'told' : 'broken')
      break
    }
  }
  return steps
}

describe('the plan of attempts', () => {
  const error = failure('ServerError')
  it.each<[string, readonly CallTarget[], number, readonly UpstreamFailure[], (string | number)[]]>(
    [
      ['another target at once', [a, b], 1, [error], ['a', 'b']],
      ['no more than allowed', [a, b], 1, [error, error], ['a', 'b', 'told']],
      ['none when none is allowed', [a, b], 0, [error], ['a', 'told']],
      [
        'the same after a pause that doubles',
        [a],
        3,
        [error, error, error],
        ['a', 100, 'a', 200, 'a', 400, 'a'],
      ],
      ['around again after a pause', [a, b], 2, [error, error], ['a', 'b', 100, 'a']],
      ['as long as the provider asks', [a], 1, [failure('RateLimited', 3)], ['a', 3000, 'a']],
      [
        'another one that has not asked for the pause of the last',
        [a, b],
        2,
        [error, failure('RateLimited', 60)],
        ['a', 'b', 100, 'a'],
      ],
      [
        'not one that has asked for a pause before one that has not',
        [a, b],
        3,
        [failure('RateLimited', 3), error, error],
        ['a', 'b', 100, 'b', 200, 'b'],
      ],
      [
        'the one whose pause is over first',
        [a, b],
        2,
        [failure('RateLimited', 3), failure('RateLimited', 2)],
        ['a', 'b', 2000, 'b'],
      ],
      ['not longer than is bearable', [a], 1, [failure('RateLimited', 60)], ['a', 'told']],
      [
        'not at all for a mistake of the caller',
        [a, b],
        3,
        [failure('InvalidRequest')],
        ['a', 'told'],
      ],
      ['an unusable target costs nothing', [a, b], 0, [failure('ModelUnavailable')], ['a', 'b']],
      [
        'and is not asked again',
        [a, b],
        2,
        [failure('ModelUnavailable'), error, error],
        ['a', 'b', 100, 'b', 200, 'b'],
      ],
      [
        'all unusable',
        [a, b],
        9,
        [failure('ModelUnavailable'), failure('CredentialRefused')],
        ['a', 'b', 'told'],
      ],
      ['a stale connection is replaced once', [a], 0, [stale(), stale()], ['a', 'a', 'told']],
    ],
  )('%s', (_name, targets, attempts, failures, steps) => {
    expect(run(planFor(targets, attempts), failures)).toEqual(steps)
  })

  it('leaves the last retry to a target that has not been tried, not to another key', () => {
    const plan = planFor([a, b], 2)
    expect([plan.hasNext, plan.takeRetry('RateLimited'), plan.takeRetry('RateLimited')]).toEqual([
      true,
      true,
      false,
    ])
    plan.afterFailure(failure('RateLimited'))
    expect([plan.target, plan.hasNext]).toEqual([b, false])
    expect(planFor([a], 1).takeRetry('RateLimited')).toBe(true)
  })

  it('retries only what the route names', () => {
    expect(run(planFor([a, b], 3, ['Timeout']), [error])).toEqual(['a', 'told'])
    expect(run(planFor([a, b], 3, ['Timeout']), [failure('Timeout')])).toEqual(['a', 'b'])
  })
})
