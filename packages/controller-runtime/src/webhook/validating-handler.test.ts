import { silentLogger } from '@fairlead/base'
import { errors, invalidField, requiredField } from '@fairlead/kube-core'
import { Deployment } from '@fairlead/kube-types'
import { describe, expect, test } from 'vitest'

import { AdmissionDeniedError } from './admission-response.ts'
import { answerAdmissionReview } from './admission-review.ts'
import { judgedOperations, validatingHandler, type Validator } from './validating-handler.ts'

const deployment = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { replicas },
})

async function ask(validator: Validator<Deployment>, operation: string, more: object = {}) {
  const objects = {
    CREATE: { object: deployment(1) },
    UPDATE: { object: deployment(2), oldObject: deployment(1) },
    DELETE: { object: null, oldObject: deployment(1) },
  }[operation]
  const request = { uid: 'u', operation, namespace: 'shop', name: 'web', ...objects, ...more }
  const answer = await answerAdmissionReview(
    { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request },
    validatingHandler(Deployment, validator),
    { logger: silentLogger, signal: new AbortController().signal, onPanic: () => {} },
  )
  return answer['response']
}

const every = (judge: () => ReturnType<NonNullable<Validator<Deployment>['delete']>>) => ({
  create: judge,
  update: judge,
  delete: judge,
})

describe.each(['CREATE', 'UPDATE', 'DELETE'])('%s', (operation) => {
  // controller-runtime pkg/webhook/admission/validator_custom_test.go: "should return 200 in response
  // when create succeeds", also "… with warning messages"
  test('passes, with warnings if there are some', async () => {
    expect(
      await ask(
        every(() => {}),
        operation,
      ),
    ).toEqual({
      uid: 'u',
      allowed: true,
      status: { metadata: {}, code: 200 },
    })
    expect(
      await ask(
        every(() => ({ warnings: ['deprecated'] })),
        operation,
      ),
    ).toMatchObject({
      allowed: true,
      warnings: ['deprecated'],
    })
  })

  // controller-runtime pkg/webhook/admission/validator_custom_test.go: "should propagate the Status
  // from ValidateCreate's return value to the HTTP response"
  test('is refused with the status that is thrown', async () => {
    const throwing = every(() => {
      throw errors.unprocessable('some message')
    })
    expect(await ask(throwing, operation)).toMatchObject({
      allowed: false,
      status: { code: 422, reason: 'Invalid', message: 'some message' },
    })
  })

  // controller-runtime pkg/webhook/admission/validator_custom_test.go: "should return 403 response
  // when ValidateCreate with error message embedded"
  test('is denied with a reason', async () => {
    const denying = every(() => {
      throw new AdmissionDeniedError('some error message')
    })
    expect(await ask(denying, operation)).toMatchObject({
      allowed: false,
      status: { code: 403, reason: 'Forbidden', message: 'some error message' },
    })
  })

  test('is refused for its fields as Kubernetes words it, with warnings', async () => {
    const found = [
      invalidField('spec.replicas', 1, 'must be odd and even'),
      requiredField('spec.template'),
    ]
    const validator = every(() => ({ errors: found, warnings: ['careful'] }))
    expect(await ask(validator, operation)).toEqual({
      uid: 'u',
      allowed: false,
      status: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message:
          'Deployment.apps "web" is invalid: [spec.replicas: Invalid value: 1: must be odd and even, spec.template: Required value]',
        reason: 'Invalid',
        details: {
          name: 'web',
          group: 'apps',
          kind: 'Deployment',
          causes: [
            {
              reason: 'FieldValueInvalid',
              message: 'Invalid value: 1: must be odd and even',
              field: 'spec.replicas',
            },
            { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.template' },
          ],
        },
        code: 422,
      },
      warnings: ['careful'],
    })
  })
})

test('each function is given its objects, typed and frozen', async () => {
  const seen: (number | undefined)[][] = []
  const validator: Validator<Deployment> = {
    create: (object) => void seen.push([object.spec?.replicas]),
    update: (object, old) => void seen.push([object.spec?.replicas, old.spec?.replicas]),
    delete: (old) => void seen.push([old.spec?.replicas]),
  }
  for (const operation of ['CREATE', 'UPDATE', 'DELETE']) await ask(validator, operation)
  expect(seen).toEqual([[1], [2, 1], [1]])
})

test('what nobody judges passes', async () => {
  expect(await ask({ create: () => {} }, 'DELETE')).toMatchObject({ allowed: true })
  expect(await ask({ create: () => {} }, 'CONNECT')).toMatchObject({ allowed: true })
  expect(judgedOperations<Deployment>({ create: () => {}, delete: () => {} })).toEqual([
    'CREATE',
    'DELETE',
  ])
})

// controller-runtime pkg/webhook/admission/decode_test.go: "should fail to decode if the object in the
// request doesn't match the passed-in type"; validator_custom.go: unknown operation
describe('a question that does not fit', () => {
  test.each([
    [
      'another kind',
      'CREATE',
      { object: { ...deployment(1), kind: 'StatefulSet' } },
      'unable to decode apps/v1, Kind=StatefulSet into apps/v1, Kind=Deployment',
    ],
    [
      'another version',
      'UPDATE',
      { oldObject: { ...deployment(1), apiVersion: 'apps/v1beta2' } },
      'unable to decode apps/v1beta2, Kind=Deployment into apps/v1, Kind=Deployment',
    ],
    ['no object', 'CREATE', { object: null }, 'there is no content to decode'],
    ['another operation', 'LOOK', {}, 'unknown operation "LOOK"'],
  ])('is refused: %s', async (_name, operation, more, message) => {
    const validator = every(() => {})
    expect(await ask(validator, operation, more)).toMatchObject({
      allowed: false,
      status: { code: 400, message },
    })
  })

  // controller-runtime pkg/webhook/admission/decode_test.go: "should decode a valid admission request without GVK"
  test('passes when the object does not say what it is', async () => {
    const object = { metadata: { name: 'web' }, spec: { replicas: 1 } }
    expect(
      await ask(
        every(() => {}),
        'CREATE',
        { object },
      ),
    ).toMatchObject({ allowed: true })
  })
})
