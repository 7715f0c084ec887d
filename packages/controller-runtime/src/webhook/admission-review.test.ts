import { silentLogger } from '@fairlead/base'
import { errors } from '@fairlead/kube-core'
import { describe, expect, test } from 'vitest'

import { RecordingLogger } from '../testing/recording-logger.ts'
import type { AdmissionHandler } from './admission-handler.ts'
import type { AdmissionRequest } from './admission-request.ts'
import { AdmissionDeniedError, allowed, denied, patched } from './admission-response.ts'
import { answerAdmissionReview } from './admission-review.ts'

const v1 = { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' }

async function answer(
  review: unknown,
  handler: AdmissionHandler = () => allowed(),
  { logger = silentLogger, signal = new AbortController().signal, onPanic = () => {} } = {},
) {
  return answerAdmissionReview(review, handler, { logger, signal, onPanic })
}

const ask = (handler: AdmissionHandler, request = {}, more = {}) =>
  answer({ ...v1, request: { uid: 'test123', operation: 'CREATE', ...request } }, handler, more)

describe('what is asked', () => {
  // controller-runtime pkg/webhook/admission/webhook_test.go: "should invoke the handler to get a response"
  test('is given to the handler as the API server knows it, frozen', async () => {
    let asked: AdmissionRequest | undefined
    await ask(
      (request) => {
        asked = request
        return allowed()
      },
      {
        operation: 'UPDATE',
        kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
        resource: { group: 'apps', version: 'v1', resource: 'deployments' },
        subResource: 'scale',
        namespace: 'shop',
        name: 'web',
        dryRun: true,
        userInfo: { username: 'ada', uid: '7', groups: ['dev'], extra: { team: ['a', 'b'] } },
        options: { kind: 'UpdateOptions', fieldManager: 'kubectl' },
        object: { metadata: { name: 'web' }, spec: { replicas: 2 } },
        oldObject: { metadata: { name: 'web' }, spec: { replicas: 1 } },
      },
    )
    expect(asked).toMatchObject({
      uid: 'test123',
      operation: 'UPDATE',
      kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      subResource: 'scale',
      namespace: 'shop',
      name: 'web',
      dryRun: true,
      user: { username: 'ada', uid: '7', groups: ['dev'], extra: { team: ['a', 'b'] } },
      options: { kind: 'UpdateOptions', fieldManager: 'kubectl' },
      object: { spec: { replicas: 2 } },
      oldObject: { spec: { replicas: 1 } },
    })
    expect(Object.isFrozen(asked?.object?.['spec'])).toBe(true)
    expect(Object.isFrozen(asked?.user)).toBe(true)
  })

  // controller-runtime pkg/webhook/admission/http_test.go: "should return the v1 response given by
  // the handler", "… the v1beta1 response …", "… with version defaulted to v1"
  test.each([
    [v1, v1],
    [
      { ...v1, apiVersion: 'admission.k8s.io/v1beta1' },
      { ...v1, apiVersion: 'admission.k8s.io/v1beta1' },
    ],
    [{}, v1],
  ])('is answered in its own version: %j', async (asked, answered) => {
    expect(await answer({ ...asked, request: {} })).toEqual({
      ...answered,
      response: { uid: '', allowed: true, status: { metadata: {}, code: 200 } },
    })
  })

  test.each([
    ['a list', [], 'an AdmissionReview must be an object'],
    ['nothing', undefined, 'an AdmissionReview must be an object'],
    ['a review without a request', v1, 'the AdmissionReview has no request'],
    [
      'another version',
      { ...v1, apiVersion: 'admission.k8s.io/v2', request: {} },
      'expected an AdmissionReview of admission.k8s.io/v1 or admission.k8s.io/v1beta1, got AdmissionReview of admission.k8s.io/v2',
    ],
    [
      'another kind',
      { kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', request: {} },
      'expected an AdmissionReview of admission.k8s.io/v1 or admission.k8s.io/v1beta1, got ConversionReview of apiextensions.k8s.io/v1',
    ],
  ])('is refused if it is %s', async (_name, review, message) => {
    expect(await answer(review)).toMatchObject({
      response: { allowed: false, status: { code: 400, message } },
    })
  })
})

describe('what is answered', () => {
  // controller-runtime pkg/webhook/admission/webhook_test.go: "should ensure that the response's UID
  // is set to the request's UID", "should populate the status on a response if one is not provided"
  test('has the uid of the question, and a code', async () => {
    expect(await ask(() => ({ allowed: true }))).toMatchObject({
      response: { uid: 'test123', allowed: true, status: { code: 200 } },
    })
  })

  // controller-runtime pkg/webhook/admission/webhook_test.go: "shouldn't overwrite the status on a response"
  test('keeps the status of the handler', async () => {
    const status = { message: 'Ground Control to Major Tom', code: 418 }
    expect(await ask(() => ({ allowed: true, status }))).toMatchObject({ response: { status } })
  })

  // controller-runtime pkg/webhook/admission/webhook_test.go: "should serialize patch operations into
  // a single jsonpatch blob"
  test('has patches as one text in base64', async () => {
    const patch = [
      { op: 'add', path: '/a', value: 2 },
      { op: 'replace', path: '/b', value: 4 },
    ] as const
    const { response } = (await ask(() => patched(patch))) as { response: { patch: string } }
    expect(response).toMatchObject({ patchType: 'JSONPatch' })
    expect(JSON.parse(Buffer.from(response.patch, 'base64').toString())).toEqual(patch)
  })

  // Kubernetes refuses an answer with a type of patch and no patch.
  test('has no type of patch without a patch', async () => {
    const { response } = (await ask(() => patched([]))) as { response: object }
    expect(Object.keys(response)).toEqual(['uid', 'allowed', 'status'])
  })

  // controller-runtime pkg/webhook/admission/response_test.go: "Denied", "WithWarnings"
  test('names who denies, and warns', async () => {
    expect(await ask(() => denied('UNACCEPTABLE!', ['careful']))).toEqual({
      ...v1,
      response: {
        uid: 'test123',
        allowed: false,
        status: { metadata: {}, code: 403, reason: 'Forbidden', message: 'UNACCEPTABLE!' },
        warnings: ['careful'],
      },
    })
  })
})

describe('a handler that throws', () => {
  // controller-runtime pkg/webhook/admission/webhook_test.go: "should recover panic if RecoverPanic is
  // true by default"
  test.each([
    ['at once', () => failing()],
    ['later', async () => Promise.reject(new TypeError('the password is 1234'))],
  ])('%s denies, without telling what it was', async (_when, handler) => {
    const logger = new RecordingLogger()
    let panics = 0
    const answered = await ask(handler, {}, { logger, onPanic: () => (panics += 1) })
    expect(answered).toMatchObject({
      response: {
        uid: 'test123',
        allowed: false,
        status: {
          code: 500,
          message: 'the webhook failed: its log says why, under requestID test123',
        },
      },
    })
    expect(panics).toBe(1)
    expect(logger.lines).toMatchObject([
      { level: 'error', fields: { requestID: 'test123', err: expect.any(TypeError) as unknown } },
    ])
  })

  test('on purpose answers what it threw, and that is no panic', async () => {
    const onPanic = () => {
      throw new Error('no panic')
    }
    expect(
      await ask(
        () => {
          throw errors.conflict('widgets', 'a')
        },
        {},
        { onPanic },
      ),
    ).toMatchObject({ response: { allowed: false, status: { code: 409, reason: 'Conflict' } } })
    expect(
      await ask(
        () => {
          throw new AdmissionDeniedError('only on weekdays')
        },
        {},
        { onPanic },
      ),
    ).toMatchObject({
      response: { allowed: false, status: { code: 403, message: 'only on weekdays' } },
    })
  })
})

// controller-runtime pkg/webhook/admission/webhook_test.go: "should pass a request logger via the context"
test('the log of a request names it', async () => {
  const logger = new RecordingLogger()
  await ask(
    ({ log }) => {
      log.info({}, 'looking')
      return allowed()
    },
    { namespace: 'shop', name: 'web', userInfo: { username: 'ada' } },
    { logger },
  )
  expect(logger.lines).toMatchObject([
    {
      message: 'looking',
      fields: {
        object: { name: 'web', namespace: 'shop' },
        user: 'ada',
        operation: 'CREATE',
        requestID: 'test123',
      },
    },
  ])
})

// controller-runtime pkg/webhook/admission/http_test.go: "should present the Context from the HTTP request, if any"
test('the signal is that of whoever asks, and nobody waits longer', async () => {
  const gone = new AbortController()
  const { promise, resolve } = Promise.withResolvers<AbortSignal>()
  const answered = ask(
    ({ signal }) => {
      resolve(signal)
      return new Promise(() => {})
    },
    {},
    { signal: gone.signal },
  )
  expect((await promise).aborted).toBe(false)
  gone.abort()
  expect(await answered).toMatchObject({
    response: {
      uid: 'test123',
      allowed: false,
      status: { code: 504, message: 'the webhook did not answer in time' },
    },
  })
})

function failing(): never {
  throw new TypeError('the password is 1234')
}

test('an object that is nested too deeply to be read is refused', async () => {
  const logger = new RecordingLogger()
  const object: unknown = JSON.parse('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000))
  const { response } = await ask(() => allowed(), { object }, { logger })
  expect(response).toMatchObject({ uid: 'test123', allowed: false, status: { code: 400 } })
})
