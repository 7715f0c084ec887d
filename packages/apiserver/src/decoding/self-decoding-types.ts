import { isJsonObject } from '@fairlead/base'
import { canonicalQuantity, formatGoDuration, parseGoDuration } from '@fairlead/kube-core'

import { BodyError } from './body-error.ts'
import { spellingOf } from './decode-walk.ts'
import { formatGoTime, parseGoTime } from './go-time.ts'
import { withGoNumbers } from './json-text.ts'
import { toInteger } from './scalar-types.ts'
import type { ValueType } from './value-type.ts'

const prefix = 'io.k8s.apimachinery.pkg'

/**
 * The types with an `UnmarshalJSON` of their own, except those of schemas, by their published names.
 * What they object to ends decoding at once, whatever was wrong before.
 */
export const selfDecodingTypes: ReadonlyMap<string, ValueType> = new Map([
  [`${prefix}.api.resource.Quantity`, quantityType()],
  [`${prefix}.apis.meta.v1.Time`, timeType('v1.Time', 'seconds')],
  [`${prefix}.apis.meta.v1.MicroTime`, timeType('v1.MicroTime', 'microseconds')],
  [`${prefix}.apis.meta.v1.Duration`, durationType()],
  [`${prefix}.util.intstr.IntOrString`, intOrStringType()],
  [`${prefix}.apis.meta.v1.FieldsV1`, rawType('v1.FieldsV1')],
  [`${prefix}.runtime.RawExtension`, rawType('runtime.RawExtension')],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON', jsonType()],
])

function never(): boolean {
  return false
}

function quantityType(): ValueType {
  return {
    goType: 'resource.Quantity',
    decode: (value) => {
      // It takes what stands between the quotes, escapes included, and anything without quotes.
      const text =
        typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : (spellingOf(value) ?? 'x')
      try {
        return canonicalQuantity(text.trim())
      } catch (error) {
        if (error instanceof RangeError) throw new BodyError(error.message)
        throw error
      }
    },
    zero: () => '0',
    isEmpty: never,
    isOmittedWhenZero: false,
  }
}

function timeType(goType: string, precision: 'seconds' | 'microseconds'): ValueType {
  return {
    goType,
    decode: (value, walk) => {
      if (typeof value !== 'string') return walk.refuseType(value, 'string')
      const time = parseGoTime(value, precision)
      if (typeof time === 'string') throw new BodyError(time)
      return formatGoTime(time, precision) ?? null
    },
    zero: () => null,
    isEmpty: never,
    isOmittedWhenZero: false,
  }
}

function durationType(): ValueType {
  return {
    goType: 'v1.Duration',
    decode: (value, walk) => {
      if (typeof value !== 'string') return walk.refuseType(value, 'string')
      try {
        return formatGoDuration(parseGoDuration(value))
      } catch (error) {
        if (error instanceof RangeError) throw new BodyError(error.message)
        throw error
      }
    },
    zero: () => '0s',
    isEmpty: never,
    isOmittedWhenZero: false,
  }
}

function intOrStringType(): ValueType {
  return {
    goType: 'intstr.IntOrString',
    decode: (value, walk) => {
      if (typeof value === 'string') return value
      const integer = toInteger(value, 32)
      if (integer !== undefined) return integer
      const spelling = spellingOf(value)
      return spelling === undefined
        ? walk.refuseType(value, 'int32')
        : walk.refuseNumber(spelling, 'int32')
    },
    zero: () => 0,
    isEmpty: never,
    isOmittedWhenZero: false,
  }
}

/** JSON that is kept as it stands. */
function rawType(goType: string): ValueType {
  return {
    goType,
    decode: (value) => value,
    zero: () => null,
    isEmpty: never,
    isOmittedWhenZero: false,
  }
}

/** JSON that the server reads once and writes again. */
function jsonType(): ValueType {
  return {
    goType: 'v1.JSON',
    decode: withGoNumbers,
    zero: () => null,
    isEmpty: never,
    isOmittedWhenZero: false,
  }
}

/** Whether a value of one of the three types of schemas is a schema rather than a list or a flag. */
export function isSchema(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value)
}
