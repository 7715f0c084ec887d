// The cases of pkg/healthz/healthz_test.go of kubernetes-sigs/controller-runtime, under their names
// there.
import { describe, expect, it } from 'vitest'
import { probeResponse } from './probe-response.ts'
import type { HealthCheck } from './probe-response.ts'

const ok: HealthCheck = () => {}
const bad: HealthCheck = () => {
  throw new Error('blech')
}

function get(target: string, healthz: Record<string, HealthCheck>) {
  const { pathname, searchParams } = new URL(target, 'http://localhost')
  const checks = { healthz: new Map(Object.entries(healthz)), readyz: new Map() }
  return probeResponse(pathname, searchParams, checks)
}

describe('the aggregated endpoint', () => {
  it.each<[string, string, Record<string, HealthCheck>, number]>([
    ['should return healthy if all checks succeed', '/healthz', { ok1: ok, ok2: ok }, 200],
    [
      'should return unhealthy if at least one check fails',
      '/healthz',
      { ok1: ok, bad1: bad },
      500,
    ],
    [
      'should ingore excluded checks when determining health',
      '/healthz?exclude=bad1',
      { ok1: ok, bad1: bad },
      200,
    ],
    [
      "should be fine if asked to exclude a check that doesn't exist",
      '/healthz?exclude=nonexistant',
      { ok1: ok, ok2: ok },
      200,
    ],
  ])('%s', (_, target, checks, status) => {
    expect(get(target, checks).status).toBe(status)
  })

  it.each<[string, string, Record<string, HealthCheck>, string]>([
    [
      'should return verbose output for ok cases',
      '/healthz?verbose=true',
      { ok1: ok, ok2: ok },
      '[+]ok1 ok\n[+]ok2 ok\nhealthz check passed\n',
    ],
    [
      'should return verbose output for failures',
      '/healthz?verbose=true',
      { ok1: ok, bad1: bad },
      '[-]bad1 failed: reason withheld\n[+]ok1 ok\nhealthz check failed\n',
    ],
    [
      'should return non-verbose output when healthy and not specified as verbose',
      '/healthz',
      { ok1: ok, ok2: ok },
      'ok',
    ],
    [
      'should always be verbose if a check fails',
      '/healthz',
      { ok1: ok, bad1: bad },
      '[-]bad1 failed: reason withheld\n[+]ok1 ok\nhealthz check failed\n',
    ],
    [
      'should always return a ping endpoint if no other ones are present',
      '/healthz?verbose=true',
      {},
      '[+]ping ok\nhealthz check passed\n',
    ],
  ])('%s', (_, target, checks, body) => {
    expect(get(target, checks).body).toBe(body)
  })
})

describe('the per-check endpoints', () => {
  it.each<[string, string, Record<string, HealthCheck>, number, string]>([
    [
      'should return ok if the requested check is healthy',
      '/healthz/okcheck',
      { okcheck: ok },
      200,
      'ok',
    ],
    [
      'should return an error if the requested check is unhealthy',
      '/healthz/failcheck',
      { failcheck: bad },
      500,
      'internal server error: blech\n',
    ],
    [
      "shouldn't take other checks into account",
      '/healthz/okcheck',
      { failcheck: bad, okcheck: ok },
      200,
      'ok',
    ],
    [
      "should return non-found for paths that don't match a checker",
      '/healthz/doesnotexist',
      { failcheck: bad },
      404,
      '404 page not found\n',
    ],
    [
      'should always return a ping endpoint if no other ones are present',
      '/healthz/ping',
      {},
      200,
      'ok',
    ],
  ])('%s', (_, target, checks, status, body) => {
    expect(get(target, checks)).toEqual({ status, body })
  })
})
