import type { PrinterColumn } from '@fairlead/kube-core'
import { Type } from 'typebox'
import { choice, integer, mapList, object, text } from './fields.ts'
import { dateTime } from './formats.ts'

/** `status.conditions` in the standard form, keyed by type. */
export function conditions(description: string) {
  return Type.Optional(mapList(description, ['type'], condition(), { max: 16 }))
}

/** `status.observedGeneration`. */
export function observedGeneration() {
  return Type.Optional(
    integer('Generation of the spec that this status refers to.', {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
  )
}

function condition() {
  return object('An observed aspect of the object.', {
    type: text('Type of the condition, such as Accepted.', {
      min: 1,
      max: 316,
      pattern: '^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$',
    }),
    status: choice('Whether the condition holds.', ['True', 'False', 'Unknown']),
    reason: text('Machine-readable reason in CamelCase.', {
      min: 1,
      max: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    }),
    message: text('Human-readable explanation.', { max: 32768 }),
    lastTransitionTime: dateTime('When the status of the condition last changed.'),
    observedGeneration: observedGeneration(),
  })
}

/** A column that shows the status of one condition. */
export function conditionColumn(type: string, options: { priority?: number } = {}): PrinterColumn {
  return {
    name: type,
    type: 'string',
    jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
    ...options,
  }
}

/** The column that shows the age of an object. */
export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
}
