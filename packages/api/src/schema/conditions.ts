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
    integer('Generation of the spec that this status is about.', {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
  )
}

function condition() {
  return object('One observed aspect of the object.', {
    type: text('What the condition is about, for example Accepted.', {
      min: 1,
      max: 316,
      pattern: '^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$',
    }),
    status: choice('Whether it holds.', ['True', 'False', 'Unknown']),
    reason: text('Why, in one word for programs.', {
      min: 1,
      max: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    }),
    message: text('Why, in a sentence for people.', { max: 32768 }),
    lastTransitionTime: dateTime('When the status last changed.'),
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

/** The column that says how long an object has existed. */
export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
}
