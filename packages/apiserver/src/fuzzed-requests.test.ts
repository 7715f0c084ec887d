import { describe, expect, it } from 'vitest'

import { fuzzApiServer } from './test-support/fuzz/fuzz-api-server.ts'

/** More of them: `npm run fuzz:apiserver`. */
const cases = 5_000

describe('the API server', () => {
  it('answers whatever is asked of it', { timeout: 120_000 }, async () => {
    const { statuses, faults, growth } = await fuzzApiServer(1, cases)
    expect(faults).toEqual([])
    expect(growth).toBeUndefined()
    // Else the requests are too bad, or too good, to find anything.
    for (const status of [200, 201, 400, 404, 405, 406, 409, 415, 422]) {
      expect(statuses.get(status) ?? 0, `status ${status}`).toBeGreaterThan(0)
    }
  })
})
