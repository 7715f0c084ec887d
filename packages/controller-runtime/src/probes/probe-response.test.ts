import { describe, expect, it } from 'vitest'
import { probeResponse } from './probe-response.ts'
import type { HealthCheck } from './probe-response.ts'

const good: HealthCheck = () => {}
const bad: HealthCheck = () => {
  throw new Error('the password is wrong')
}

function probe(path: string, readyz: Record<string, HealthCheck>, query = '') {
  const checks = { healthz: new Map(), readyz: new Map(Object.entries(readyz)) }
  return probeResponse(path, new URLSearchParams(query), checks)
}

describe('a probe', () => {
  it.each([
    ['says ok', '/readyz', { b: good, a: good }, '', 200, 'ok'],
    ['ignores a slash at the end', '/readyz/', { a: good }, '', 200, 'ok'],
    ['answers without any checks', '/healthz', {}, '', 200, 'ok'],
    ['has ping without any checks', '/healthz/ping', {}, '', 200, 'ok'],
    [
      'lists ping without any checks',
      '/healthz',
      {},
      'verbose',
      200,
      '[+]ping ok\nhealthz check passed\n',
    ],
    [
      'lists checks by name',
      '/readyz',
      { b: good, a: good },
      'verbose',
      200,
      '[+]a ok\n[+]b ok\nhealthz check passed\n',
    ],
    [
      'lists when it fails, without why',
      '/readyz',
      { a: good, b: bad },
      '',
      500,
      '[+]a ok\n[-]b failed: reason withheld\nhealthz check failed\n',
    ],
    ['leaves checks out', '/readyz', { a: good, b: bad }, 'exclude=b', 200, 'ok'],
    [
      'lists what it left out',
      '/readyz',
      { a: good, b: bad },
      'exclude=b&verbose',
      200,
      '[+]a ok\n[+]b excluded: ok\nhealthz check passed\n',
    ],
    [
      'warns of unknown exclusions',
      '/readyz',
      { a: good },
      'verbose=true&exclude=x&exclude=y',
      200,
      '[+]a ok\nwarn: some health checks cannot be excluded: no matches for "x", "y"\nhealthz check passed\n',
    ],
    ['runs one check', '/readyz/a', { a: good, b: bad }, '', 200, 'ok'],
    [
      'says why one check failed',
      '/readyz/b',
      { a: good, b: bad },
      '',
      500,
      'internal server error: the password is wrong\n',
    ],
    ['does not know other checks', '/readyz/c', { a: good }, '', 404, '404 page not found\n'],
    ['does not know other paths', '/metrics', { a: good }, '', 404, '404 page not found\n'],
    ['does not know deeper paths', '/readyz/a/b', { a: good }, '', 404, '404 page not found\n'],
  ])('%s', (_, path, checks, query, status, body) => {
    expect(probe(path, checks, query)).toEqual({ status, body })
  })
})
