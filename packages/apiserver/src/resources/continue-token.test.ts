import { expect, it } from 'vitest'
import { decodeContinueToken, encodeContinueToken, tokenAfter } from './continue-token.ts'

const token = (fields: object): string => Buffer.from(JSON.stringify(fields)).toString('base64url')

it('continues behind the last key', () => {
  expect(decodeContinueToken(tokenAfter('team/a', 7))).toEqual({ revision: 7, start: 'team/a\0' })
})

it('continues inconsistently with a negative revision', () => {
  const encoded = encodeContinueToken({ revision: -1, start: 'a\0' })
  expect(decodeContinueToken(encoded)).toEqual({ revision: -1, start: 'a\0' })
})

it.each([
  ['abc', ": invalid character 'i' looking for beginning of value"],
  ['a b', ': illegal base64 data at input byte 1'],
  ['', ': unexpected end of JSON input'],
  [token({ v: 'v2', rv: 1, start: 'a' }), ': server does not recognize this encoded version v2'],
  [
    token({ v: 'meta.k8s.io/v1', start: 'a' }),
    ': incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  ],
  [token({ v: 'meta.k8s.io/v1', rv: 1 }), ': encoded start key empty (version meta.k8s.io/v1)'],
  [token({ v: 'meta.k8s.io/v1', rv: 1, start: '../secrets' }), ': ../secrets'],
])('refuses %j', (text, why) => {
  expect(() => decodeContinueToken(text)).toThrow(
    `invalid continue token: continue key is not valid${why}`,
  )
})
