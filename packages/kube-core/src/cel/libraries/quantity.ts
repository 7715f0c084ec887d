import { CelScalar, celFunc, celMethod, type CelValue } from '@bufbuild/cel'
import { opaque, textOf } from '@fairlead/cel'
import { parseQuantity } from '../../quantity.ts'

const { BOOL, DOUBLE, DYN, INT, STRING } = CelScalar
const unit = 10n ** 9n

/** `quantity`, `isQuantity` and arithmetic on quantities such as `1.5Gi`. */
export const quantityLibrary = [
  celFunc('isQuantity', [STRING], BOOL, (text) => {
    try {
      parseQuantity(text)
      return true
    } catch {
      return false
    }
  }),
  celFunc('quantity', [STRING], DYN, (text) => fromNano(parseQuantity(text).nano)),
  celMethod('isInteger', DYN, [], BOOL, function () {
    return nanoOf(this) % unit === 0n
  }),
  celMethod('asInteger', DYN, [], INT, function () {
    const nano = nanoOf(this)
    if (nano % unit !== 0n) throw new Error('cannot convert value to integer')
    return nano / unit
  }),
  celMethod('asApproximateFloat', DYN, [], DOUBLE, function () {
    return Number(nanoOf(this)) / 1e9
  }),
  celMethod('sign', DYN, [], INT, function () {
    return BigInt(compare(nanoOf(this), 0n))
  }),
  celMethod('add', DYN, [DYN], DYN, function (other: CelValue) {
    return fromNano(nanoOf(this) + amount(other))
  }),
  celMethod('sub', DYN, [DYN], DYN, function (other: CelValue) {
    return fromNano(nanoOf(this) - amount(other))
  }),
  celMethod('isLessThan', DYN, [DYN], BOOL, function (other: CelValue) {
    return nanoOf(this) < nanoOf(other)
  }),
  celMethod('isGreaterThan', DYN, [DYN], BOOL, function (other: CelValue) {
    return nanoOf(this) > nanoOf(other)
  }),
  celMethod('compareTo', DYN, [DYN], INT, function (other: CelValue) {
    return BigInt(compare(nanoOf(this), nanoOf(other)))
  }),
]

function fromNano(nano: bigint) {
  return opaque('quantity', nano.toString())
}

function nanoOf(value: unknown): bigint {
  return BigInt(textOf(value, 'quantity'))
}

function amount(value: CelValue): bigint {
  return typeof value === 'bigint' ? value * unit : nanoOf(value)
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
