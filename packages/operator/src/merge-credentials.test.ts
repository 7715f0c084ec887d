import { expect, it } from 'vitest'
import { type CredentialReport, mergeCredentials } from './merge-credentials.ts'

const report = (name: string, state: CredentialReport['state'], minute: number) => ({
  name,
  state,
  since: `2026-01-01T00:0${minute}:00Z`,
})

it('the worst of each credential is told, by name', () => {
  expect(
    mergeCredentials([
      report('b', 'Usable', 1),
      report('a', 'Exhausted', 3),
      report('a', 'Refused', 2),
      report('b', 'Exhausted', 5),
      report('b', 'Exhausted', 4),
    ]),
  ).toEqual([report('a', 'Refused', 2), report('b', 'Exhausted', 4)])
})
