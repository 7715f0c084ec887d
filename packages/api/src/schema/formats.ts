import { Type } from 'typebox'
import { text } from './fields.ts'

/** A duration as Go writes it (`30s`, `1h30m`, `250ms`), never negative. */
export function duration(description: string, options: { default?: string } = {}) {
  return text(description, {
    max: 32,
    pattern: '^(0|([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h))+)$',
    ...options,
  })
}

/** A decimal number as a string (`0.15`), never negative, so that no digit is lost. */
export function decimal(description: string, options: { default?: string } = {}) {
  return text(description, { max: 32, pattern: '^[0-9]{1,12}(\\.[0-9]{1,12})?$', ...options })
}

/** A point in time in RFC 3339. */
export function dateTime(description: string) {
  return Type.Unsafe<string>({ type: 'string', format: 'date-time', description })
}

/** An absolute http or https URL. */
export function httpURL(description: string) {
  return text(description, { max: 2048, pattern: '^https?://[^\\s/?#]+[^\\s]*$' })
}

const labelPattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'
const subdomainPattern = '^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$'

/** The name of an object. */
export function objectName(description: string) {
  return text(description, { min: 1, max: 253, pattern: subdomainPattern })
}

export function namespaceName(description: string) {
  return text(description, { min: 1, max: 63, pattern: labelPattern })
}

/** A short name that is unique within its list. */
export function itemName(description: string) {
  return text(description, {
    min: 1,
    max: 63,
    pattern: '^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$',
  })
}

/** A model's name or alias as callers write it. */
export function modelName(description: string) {
  return text(description, { min: 1, max: 256, pattern: '^[^\\s]+$' })
}

/** A quantity of Kubernetes: `500m`, `1Gi`, or a plain number. */
export function quantity(description: string) {
  return intOrString(description, {
    pattern: '^([0-9]+|[0-9]+\\.[0-9]*|\\.[0-9]+)([KMGTPE]i|[numkMGTPE])?$',
  })
}

/** A number from 0, or a percentage such as `25%`. */
export function numberOrPercent(description: string) {
  return intOrString(description, { minimum: 0, pattern: '^(100|[1-9]?[0-9])%$' })
}

function intOrString(description: string, limits: object) {
  return Type.Unsafe<number | string>({
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    description,
    ...limits,
    maxLength: 32,
  })
}
