import { errors, StatusError, type StatusCause } from '@fairlead/kube-core'
import { ConfigMap, Secret } from '@fairlead/kube-types'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { TerminalError } from '../controller/reconcile.ts'
import { errorOf, failureOf, isOfLeavingNamespace, isStale, tellFailures } from './failure.ts'

function refusal(code: number, reason: string, causes: StatusCause[]): StatusError {
  const message = 'it is refused because of "hunter2"'
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    code,
    reason,
    message,
    details: { causes },
  })
}

const invalid = refusal(422, 'Invalid', [
  { reason: 'FieldValueInvalid', message: 'Invalid value: "hunter2"', field: 'data[password]' },
])

describe('a failure', () => {
  it('says whose it is and why', () => {
    expect(failureOf('ConfigMap shop/a', invalid, ConfigMap).message).toBe(
      'ConfigMap shop/a: it is refused because of "hunter2"',
    )
    expect(failureOf('reconcile()', 'thrown').message).toBe('reconcile(): thrown')
  })

  it('of a Secret has no value of it', () => {
    expect(failureOf('Secret shop/a', invalid, Secret).message).toBe(
      'Secret shop/a: Invalid: data[password]',
    )
    const thrown = new Error('cannot encode hunter2')
    expect(failureOf('the child secret', thrown, Secret).message).toBe('the child secret: Error')
    const ended = errorOf([failureOf('Secret shop/a', invalid, Secret)])
    expect(ended).toBeInstanceOf(TerminalError)
    expect(inspect(ended)).not.toContain('hunter2')
  })

  it('is told in a bounded length, with others', () => {
    const failures = Array.from({ length: 8 }, (_, index) =>
      failureOf(`${index}`, new Error('x'.repeat(9000))),
    )
    expect(tellFailures(failures).length).toBeLessThan(3000)
    expect(tellFailures(failures)).toMatch(/; and 3 more$/)
  })
})

describe('the error of a reconcile', () => {
  it('is final when all that failed is invalid', () => {
    const one = failureOf('a', invalid)
    const other = failureOf('b', new Error('the store is away'))
    expect(errorOf([one])).toBeInstanceOf(TerminalError)
    expect(errorOf([one, failureOf('c', errors.badRequest('no'))])).toBeInstanceOf(TerminalError)
    expect(errorOf([one, other])).not.toBeInstanceOf(TerminalError)
    expect(errorOf([one, other]).message).toBe(`${one.message}; ${other.message}`)
  })

  it('is none when somebody else wrote first, unless it is a conflict of field managers', () => {
    expect(isStale(errors.conflict('configmaps', 'a'))).toBe(true)
    expect(isStale(refusal(409, 'Conflict', [{ reason: 'FieldManagerConflict' }]))).toBe(false)
    expect(isStale(invalid)).toBe(false)
  })

  // kubernetes pkg/controller/replicaset/replica_set.go: the same errors are ignored.
  it('is none when the namespace is being deleted', () => {
    const leaving = refusal(403, 'Forbidden', [{ reason: 'NamespaceTerminating' }])
    expect(isOfLeavingNamespace(leaving)).toBe(true)
    expect(isOfLeavingNamespace(errors.forbidden('configmaps', 'a', 'no'))).toBe(false)
  })
})
