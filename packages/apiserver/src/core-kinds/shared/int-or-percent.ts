import { goQuote, GoSyntax } from '@fairlead/kube-core'

import type { Place } from './place.ts'

/** As ValidatePositiveIntOrPercent in Kubernetes' validation of `apps`. */
export function validateIntOrPercent(place: Place, field: string): void {
  const value = place.fields[field]
  if (typeof value !== 'string') {
    const number = place.number(field)
    if (number < 0) place.invalid(field, 'must be greater than or equal to 0', number)
  } else if (!/^[0-9]+%$/.test(value)) {
    const detail =
      "a valid percent string must be a numeric string followed by an ending '%' " +
      "(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
    place.invalid(field, detail, goIntOrString(value))
  }
}

/** As IsNotMoreThan100Percent in Kubernetes' validation of `apps`. */
export function validateAtMostAll(place: Place, field: string): void {
  const percent = percentOf(place.fields[field])
  if (percent === undefined || percent <= 100) return
  place.invalid(field, 'must not be greater than 100%', goIntOrString(place.fields[field]))
}

/** The number, without its unit. As getIntOrPercentValue in Kubernetes' validation of `apps`. */
export function intOrPercentValue(value: unknown): number {
  const percent = percentOf(value)
  if (percent !== undefined) return percent
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : 0
}

function percentOf(value: unknown): number | undefined {
  return typeof value === 'string' && /^[0-9]+%$/.test(value)
    ? Number(value.slice(0, -1))
    : undefined
}

/** As `%#v` shows it. */
export function goIntOrString(value: unknown): GoSyntax {
  return typeof value === 'string'
    ? new GoSyntax(`intstr.IntOrString{Type:1, IntVal:0, StrVal:${goQuote(value)}}`)
    : new GoSyntax(`intstr.IntOrString{Type:0, IntVal:${Number(value)}, StrVal:""}`)
}
