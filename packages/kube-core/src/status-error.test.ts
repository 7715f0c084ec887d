import { describe, expect, it } from 'vitest'
import {
  StatusError,
  errors,
  isAlreadyExists,
  isConflict,
  isExpired,
  isForbidden,
  isInvalid,
  isNotFound,
  isTimeout,
  isTooManyRequests,
} from './status-error.ts'

describe('errors', () => {
  it.each([
    [errors.notFound('pods', 'a'), 404, 'NotFound', 'pods "a" not found'],
    [errors.notFound('foos.x.io', 'a'), 404, 'NotFound', 'foos.x.io "a" not found'],
    [errors.alreadyExists('foos.x.io', 'a'), 409, 'AlreadyExists', 'foos.x.io "a" already exists'],
    [
      errors.conflict('pods', 'a'),
      409,
      'Conflict',
      'Operation cannot be fulfilled on pods "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [errors.forbidden('pods', 'a', 'no'), 403, 'Forbidden', 'pods "a" is forbidden: no'],
    [errors.forbidden('pods', '', 'no'), 403, 'Forbidden', 'pods is forbidden: no'],
    [errors.forbidden('', '', 'no'), 403, 'Forbidden', 'forbidden: no'],
    [errors.timeout('slow', 1), 504, 'Timeout', 'Timeout: slow'],
    [
      errors.tooLargeResourceVersion('9', 5),
      504,
      'Timeout',
      'Timeout: Too large resource version: 9, current: 5',
    ],
    [errors.internal('x'), 500, 'InternalError', 'Internal error occurred: x'],
    [
      errors.requestEntityTooLarge('x'),
      413,
      'RequestEntityTooLarge',
      'Request entity too large: x',
    ],
    [
      errors.methodNotSupported('pods', 'patch'),
      405,
      'MethodNotAllowed',
      'patch is not supported on resources of kind "pods"',
    ],
  ])('%s', (error, code, reason, message) => {
    expect(error).toBeInstanceOf(StatusError)
    expect([error.code, error.reason, error.message]).toEqual([code, reason, message])
    expect(error.status).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code,
    })
  })

  it('lists the causes of an invalid object', () => {
    const { status } = errors.invalid('Foo.x.io', 'a', [
      { type: 'Required', field: 'spec.b', detail: '' },
      { type: 'Invalid', field: 'spec.c', badValue: { d: '<' }, detail: 'is bad' },
    ])
    expect(status).toMatchObject({
      message:
        'Foo.x.io "a" is invalid: [spec.b: Required value, spec.c: Invalid value: map[string]interface {}{"d":"<"}: is bad]',
      details: {
        group: 'x.io',
        kind: 'Foo',
        name: 'a',
        causes: [
          { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.b' },
          {
            reason: 'FieldValueInvalid',
            message: 'Invalid value: map[string]interface {}{"d":"<"}: is bad',
            field: 'spec.c',
          },
        ],
      },
    })
  })

  it('keeps the cause of an internal error', () => {
    const cause = new Error('disk full')
    expect(errors.internal('failed', cause).cause).toBe(cause)
  })
})

describe('the predicates', () => {
  it.each([
    [isNotFound, errors.notFound('a', 'b')],
    [isAlreadyExists, errors.alreadyExists('a', 'b')],
    [isConflict, errors.conflict('a', 'b')],
    [isInvalid, errors.invalid('a', 'b', [])],
    [isForbidden, errors.forbidden('a', 'b', 'c')],
    [isExpired, errors.expired('a')],
    [isExpired, errors.gone('a')],
    [isTooManyRequests, errors.tooManyRequests('a', 1)],
    [isTimeout, errors.timeout('a')],
  ])('%o knows its error and no other', (predicate, error) => {
    expect(predicate(error)).toBe(true)
    expect(predicate(errors.badRequest('x'))).toBe(false)
    expect(predicate(new Error('x'))).toBe(false)
  })

  it('tell existing from conflicting, although both are a 409', () => {
    expect(isConflict(errors.alreadyExists('a', 'b'))).toBe(false)
    expect(isAlreadyExists(errors.conflict('a', 'b'))).toBe(false)
  })

  it('judge by the code when the reason says nothing', () => {
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' } as const
    expect(isNotFound(new StatusError({ ...status, code: 404 }))).toBe(true)
    expect(isNotFound(new StatusError({ ...status, code: 404, reason: 'Forbidden' }))).toBe(false)
  })
})
