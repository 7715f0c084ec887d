import { silentLogger } from '@fairlead/base'
import { errors } from '@fairlead/kube-core'
import { Deployment } from '@fairlead/kube-types'
import { expect, test } from 'vitest'

import { answerAdmissionReview } from './admission-review.ts'
import { type Defaulter, defaultingHandler } from './defaulting-handler.ts'

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { selector: {}, fromTheFuture: { kept: true } },
}

async function ask(
  defaulter: Defaulter<Deployment>,
  operation = 'CREATE',
  object: unknown = deployment,
) {
  const request = { uid: 'u', operation, object: structuredClone(object), oldObject: null }
  const answer = await answerAdmissionReview(
    { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request },
    defaultingHandler(Deployment, defaulter),
    { logger: silentLogger, signal: new AbortController().signal, onPanic: () => {} },
  )
  const response = answer['response'] as { readonly patch?: string }
  const { patch, ...others } = response
  return patch === undefined
    ? others
    : { ...others, patch: JSON.parse(Buffer.from(patch, 'base64').toString()) as unknown }
}

const oneReplica: Defaulter<Deployment> = (object) =>
  object.spec !== undefined && object.spec.replicas === undefined
    ? { ...object, spec: { ...object.spec, replicas: 1 } }
    : object

// controller-runtime pkg/webhook/admission/defaulter_custom_test.go: "should preserve unknown fields
// by default"
test.each(['CREATE', 'UPDATE'])(
  'on %s, what was left open is set, and nothing else',
  async (operation) => {
    expect(await ask(oneReplica, operation)).toEqual({
      uid: 'u',
      allowed: true,
      status: { metadata: {}, code: 200 },
      patch: [{ op: 'add', path: '/spec/replicas', value: 1 }],
      patchType: 'JSONPatch',
    })
  },
)

test('one that returns a promise is waited for', async () => {
  expect(await ask(async (object, request) => oneReplica(object, request))).toMatchObject({
    patch: [{ path: '/spec/replicas' }],
  })
})

test.each<[string, Defaulter<Deployment>]>([
  ['the object', (object) => object],
  ['an equal one', (object) => structuredClone(object)],
  ['nothing', () => {}],
])('there is no patch when it returns %s', async (_name, defaulter) => {
  const response = await ask(defaulter)
  expect(response).toEqual({ uid: 'u', allowed: true, status: { metadata: {}, code: 200 } })
})

// controller-runtime pkg/webhook/admission/defaulter_custom_test.go: "should return ok if received
// delete verb in defaulter handler"
test.each(['DELETE', 'CONNECT'])('%s has no defaults', async (operation) => {
  const never: Defaulter<Deployment> = () => {
    throw new Error('it is not asked')
  }
  expect(await ask(never, operation, null)).toMatchObject({
    allowed: true,
    status: { code: 200 },
  })
})

test('the object cannot be changed in place: that denies the request', async () => {
  const inPlace: Defaulter<Deployment> = (object) => {
    ;(object as Deployment).metadata.name = 'other'
    return object
  }
  expect(await ask(inPlace)).toMatchObject({ allowed: false, status: { code: 500 } })
})

test('what it throws on purpose refuses the request', async () => {
  const refusing: Defaulter<Deployment> = () => {
    throw errors.tooManyRequests('later', 3)
  }
  expect(await ask(refusing)).toMatchObject({
    allowed: false,
    status: { code: 429, details: { retryAfterSeconds: 3 } },
  })
})

test('a question without an object is refused', async () => {
  expect(await ask(oneReplica, 'CREATE', null)).toMatchObject({
    allowed: false,
    status: { code: 400, message: 'there is no content to decode' },
  })
})
