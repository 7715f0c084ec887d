import { silentLogger } from '@fairlead/base'
import { expect, test } from 'vitest'

import { admissionRequestFrom } from './admission-request.ts'
import { userMay } from './user-may.ts'

test('the API server is asked about the user of the request, and its object', async () => {
  const asked: unknown[] = []
  const answers = [{ allowed: true }, { allowed: false }, undefined]
  const client = {
    create: (_type: unknown, review: object) => {
      asked.push((review as { spec: object }).spec)
      return Promise.resolve({ ...review, status: answers.shift() } as never)
    },
  }
  const request = {
    ...admissionRequestFrom({
      operation: 'UPDATE',
      namespace: 'shop',
      name: 'orders',
      resource: { group: 'example.com', version: 'v1', resource: 'databases' },
      userInfo: { username: 'jo', uid: '7', groups: ['editors'], extra: { scopes: ['a'] } },
    }),
    log: silentLogger,
    signal: new AbortController().signal,
  }
  expect(await userMay(client, request, 'scaledown')).toBe(true)
  expect(await userMay(client, request, 'scaledown')).toBe(false)
  expect(await userMay(client, request, 'scaledown')).toBe(false)
  expect(asked[0]).toEqual({
    user: 'jo',
    uid: '7',
    groups: ['editors'],
    extra: { scopes: ['a'] },
    resourceAttributes: {
      verb: 'scaledown',
      group: 'example.com',
      version: 'v1',
      resource: 'databases',
      namespace: 'shop',
      name: 'orders',
    },
  })
})
