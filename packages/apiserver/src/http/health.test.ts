import { expect, it } from 'vitest'

import { healthPaths, healthResponse } from './health.ts'

const answer = (target: string) => {
  const url = new URL(target, 'https://server')
  return healthResponse(url.pathname, url.searchParams)
}

it('answers every path that it names', () => {
  for (const path of healthPaths) expect(answer(path)).toMatchObject({ status: 200, body: 'ok' })
})

it('tells of each check when asked', () => {
  expect(answer('/readyz?verbose&exclude=log')?.body).toMatch(
    /^\[\+\]ping ok\n\[\+\]log excluded: ok\n[^]*\[\+\]shutdown ok\nreadyz check passed\n$/,
  )
  expect(answer('/livez?verbose&exclude=a')?.body).toContain('no matches for "a"\n')
})

it('knows no other checks and paths', () => {
  expect(answer('/livez/shutdown')?.status).toBe(404)
  expect(answer('/metrics')).toBeUndefined()
})
