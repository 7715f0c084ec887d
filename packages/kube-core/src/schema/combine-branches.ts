import type { FieldError } from '../field-error.ts'
import type { Findings } from './findings.ts'

/** Adds what `anyOf` says when its branches have found this. */
export function anyOf(branches: readonly Findings[], path: string, into: Findings): void {
  const valid = branches.find(({ isValid }) => isValid)
  if (valid === undefined) {
    into.add([composite(`"${path}" must validate at least one schema (anyOf)`)])
  }
  into.merge(valid ?? closest(branches))
}

/** The same of `oneOf`. */
export function oneOf(branches: readonly Findings[], path: string, into: Findings): void {
  const [valid, ...others] = branches.filter(({ isValid }) => isValid)
  if (valid !== undefined && others.length === 0) {
    into.merge(valid)
    return
  }
  const found =
    valid === undefined ? 'Found none valid' : `Found ${others.length + 1} valid alternatives`
  into.add([composite(`"${path}" must validate one and only one schema (oneOf). ${found}`)])
  if (valid === undefined) into.merge(closest(branches))
}

/** The same of `allOf`. */
export function allOf(branches: readonly Findings[], path: string, into: Findings): void {
  for (const branch of branches) into.merge(branch)
  if (branches.every(({ isValid }) => isValid)) return
  const none = branches.some(({ isValid }) => isValid) ? '' : '. None validated'
  into.add([composite(`"${path}" must validate all the schemas (allOf)${none}`)])
}

/** The API server reports these errors without a field. */
export function composite(detail: string): FieldError {
  return { type: 'Invalid', field: '<nil>', badValue: '', detail }
}

/** The first of the branches that have most in common with the value. */
function closest(branches: readonly Findings[]): Findings {
  return branches.reduce((best, each) => (each.matches > best.matches ? each : best))
}
