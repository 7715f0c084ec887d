import { expect, it } from 'vitest'

import { healthPaths, healthResponse } from './health.ts'

const answer = (target: string, problem?: string) => {
  const url = new URL(target, 'https://server')
  return healthResponse(url.pathname, url.searchParams, () => problem)
}

it('answers every path that it names', () => {
  for (const path of healthPaths) expect(answer(path)).toMatchObject({ status: 200, body: 'ok' })
})

it('tells of each check when asked', () => {
  expect(answer('/readyz?verbose&exclude=log')?.body).toMatch(
    /^\[\+\]ping ok\n\[\+\]log excluded: ok\n[^]*\[\+\]shutdown ok\nreadyz check passed\n$/,
  )
  expect(answer('/livez?verbose&exclude=b&exclude=a')?.body).toContain('no matches for "a","b"\n')
})

it('fails while nothing can be stored, and says why only where that is asked', () => {
  const body = (answer('/readyz', 'disk is full')?.body ?? '').toString()
  expect(answer('/readyz', 'disk is full')?.status).toBe(500)
  expect(body).toContain('[+]log ok\n[-]etcd failed: reason withheld\n')
  expect(body).toContain('[-]etcd-readiness failed: reason withheld\n')
  expect(body).toMatch(/\nreadyz check failed\n$/)
  expect(answer('/livez', 'disk is full')?.status).toBe(500)
  expect(answer('/livez?exclude=etcd', 'disk is full')).toMatchObject({ status: 200, body: 'ok' })
  expect(answer('/readyz/etcd', 'disk is full')).toMatchObject({
    status: 500,
    body: 'internal server error: disk is full\n',
  })
  expect(answer('/readyz/ping', 'disk is full')).toMatchObject({ status: 200, body: 'ok' })
})

it('knows no other checks and paths', () => {
  expect(answer('/livez/shutdown')?.status).toBe(404)
  expect(answer('/metrics')).toBeUndefined()
})
