import { GoSyntax, parseQuantity, type Quantity } from '@fairlead/kube-core'

import type { Place } from './place.ts'
import { isIntegerResource } from './resource-names.ts'

const whole = 10n ** 9n

/** A quantity of an object that has been decoded; undefined when the field has none. */
export function quantityAt(place: Place, field: string): Quantity | undefined {
  const value = place.fields[field]
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  try {
    return parseQuantity(String(value))
  } catch {
    return undefined
  }
}

/** As ValidateResourceQuantityValue in Kubernetes' core validation, for `list[name]`. */
export function validateResourceQuantity(list: Place, name: string): void {
  const quantity = quantityAt(list, name)
  if (quantity === undefined) return
  const field = `[${name}]`
  if (quantity.nano < 0n) {
    list.invalid(field, 'must be greater than or equal to 0', list.fields[name])
  }
  if (isIntegerResource(name) && quantity.nano % whole !== 0n) {
    list.invalid(field, 'must be an integer', goQuantity(quantity))
  }
}

/**
 * As `%#v` shows a quantity that has just been decoded.
 * @param text its canonical text, which Go remembers once it has been asked for
 */
export function goQuantity({ nano, format }: Quantity, text = ''): GoSyntax {
  let value = nano
  let scale = -9
  while (scale < 0 && value % 10n === 0n) {
    value /= 10n
    scale += 1
  }
  if (scale > -3 && scale < 0) {
    value *= 10n ** BigInt(scale + 3)
    scale = -3
  }
  return new GoSyntax(
    `resource.Quantity{i:resource.int64Amount{value:${value}, scale:${scale}}, ` +
      `d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"${text}", Format:"${format}"}`,
  )
}
