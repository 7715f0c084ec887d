import { expect, it } from 'vitest'

import { answerFormOf } from './answer-form.ts'

const form = (headers: Record<string, string>, query = '') =>
  answerFormOf(headers, new URLSearchParams(query))

it.each([
  [{}, 'pretty=true', true],
  [{}, 'pretty=1', true],
  [{}, 'pretty=yes', false],
  [{}, 'pretty=', false],
  [{}, '', false],
  [{ 'user-agent': 'curl/8.5.0' }, '', true],
  [{ 'user-agent': 'Wget/1.21' }, 'pretty=', true],
  [{ 'user-agent': 'Mozilla/5.0 (X11)' }, '', true],
  [{ 'user-agent': 'curl/8.5.0' }, 'pretty=false', false],
  [{ 'user-agent': 'kubectl/v1.32' }, '', false],
  [{ accept: 'application/json;pretty=1' }, 'pretty=0', true],
  [{ accept: 'application/json;pretty=0' }, '', false],
])('of %o and "%s" is pretty: %s', (headers, query, isPretty) => {
  expect(form(headers, query).isPretty).toBe(isPretty)
})

it.each([
  ['gzip', true],
  ['deflate, gzip', true],
  ['identity', false],
  ['gzip;q=0', false],
  ['', false],
])('of "%s" takes gzip: %s', (given, takesGzip) => {
  expect(form({ 'accept-encoding': given }).takesGzip).toBe(takesGzip)
})
