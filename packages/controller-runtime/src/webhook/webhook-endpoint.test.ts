import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { beforeEach, describe, expect, test } from 'vitest'

import { createMetrics } from '../metrics/metrics.ts'
import type { HttpRequest } from '../serving/http-handler.ts'
import { BodyTooLargeError } from '../serving/request-body.ts'
import { allowed } from './admission-response.ts'
import { webhookEndpoint } from './webhook-endpoint.ts'
import { WebhookRegistry } from './webhook-registry.ts'

const clock = new FakeClock()
let registry: WebhookRegistry

beforeEach(() => {
  const metrics = createMetrics().webhook
  registry = new WebhookRegistry({ clock, logger: silentLogger, metrics })
  registry.admits({ sort: 'validating', path: '/validate', rules: [], options: {} }, () =>
    allowed(),
  )
})

async function post(
  body: HttpRequest['body'] | string,
  { path = '/validate', type = 'application/json', query = '' } = {},
) {
  const answer = await webhookEndpoint(registry)({
    method: 'POST',
    path,
    query: new URLSearchParams(query),
    headers: { 'content-type': type },
    body: typeof body === 'string' ? () => Promise.resolve(Buffer.from(body)) : body,
    signal: new AbortController().signal,
  })
  const text = answer.body === undefined ? undefined : String(answer.body)
  return { ...answer, body: answer.status === 200 && text ? (JSON.parse(text) as unknown) : text }
}

describe('a question that cannot be read is answered nevertheless', () => {
  const tooLarge = () => Promise.reject(new BodyTooLargeError(7 * 1024 * 1024))
  // controller-runtime pkg/webhook/admission/http_test.go: "should return bad-request when given an
  // empty body", "… the wrong content-type", "… an undecodable body", "should error when given an
  // infinite body"
  test.each<[string, HttpRequest['body'] | string, string, number, string]>([
    ['an empty body', '', 'application/json', 400, 'request body is empty'],
    [
      'another content type',
      '{}',
      'application/foo',
      400,
      'contentType=application/foo, expected application/json',
    ],
    ['no JSON', '{', 'application/json', 400, "couldn't get version/kind; json parse error: "],
    [
      'too much',
      tooLarge,
      'application/json',
      413,
      'request entity is too large; limit is 7340032 bytes',
    ],
  ])('%s', async (_name, body, type, code, message) => {
    expect(await post(body, { type })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: {
        response: {
          uid: '',
          allowed: false,
          status: { code, message: expect.stringContaining(message) as string },
        },
      },
    })
  })

  test('a conversion is a bad request then', async () => {
    const crd = { metadata: { name: 'x' }, spec: { group: 'g', names: { kind: 'K' } } }
    registry.converts({ crd: crd as never, convert: (object) => object })
    expect(await post('{', { path: '/convert' })).toMatchObject({ status: 400 })
    expect(await post('{}', { path: '/convert' })).toMatchObject({ status: 400 })
  })
})

test('a question is answered by the webhook of its path', async () => {
  expect(await post('{"request":{"uid":"u"}}')).toMatchObject({
    status: 200,
    body: { response: { uid: 'u', allowed: true } },
  })
  expect(await post('{"request":{}}', { type: 'application/json; charset=utf-8' })).toMatchObject({
    body: { response: { allowed: true } },
  })
  expect(await post('{}', { path: '/other' })).toMatchObject({
    status: 404,
    body: '404 page not found\n',
  })
})

test.each([
  ['timeout=3s', 3_000],
  ['timeout=1h', 30_000],
  ['timeout=soon', 30_000],
  ['', 30_000],
])('the webhook has as long as the API server waits: %j', async (query, timeoutMs) => {
  const path = '/never'
  registry.admits({ sort: 'validating', path, rules: [], options: {} }, () => new Promise(() => {}))
  let answered = false
  const answer = post('{"request":{"uid":"u"}}', { path, query }).finally(() => (answered = true))
  await clock.advance(timeoutMs - 1)
  expect(answered).toBe(false)
  await clock.advance(1)
  expect(await answer).toMatchObject({ body: { response: { uid: 'u', status: { code: 504 } } } })
})
