import { isRawNumber, numberOrUndefined, rawNumber } from '@fairlead/base'

import type { ScalarName } from '../api-types/api-type.ts'
import { spellingOf, type DecodeWalk } from './decode-walk.ts'
import { base64Problem } from './go-base64.ts'
import { integerOf } from './json-text.ts'
import type { ValueType } from './value-type.ts'

const wholeNumber = /^-?\d+$/

/** A scalar of Go; `goType` is what messages call it. */
export function scalarType(scalar: ScalarName, goType: string): ValueType {
  switch (scalar) {
    case 'string':
      return stringType(goType)
    case 'bool':
      return boolType(goType)
    case 'int32':
      return integerType(goType, 32)
    case 'int64':
      return integerType(goType, 64)
    case 'float64':
      return floatType(goType)
    case 'bytes':
      return bytesType
  }
}

function stringType(goType: string): ValueType {
  return {
    goType,
    decode: (value, walk) => {
      if (typeof value === 'string') return value
      walk.wrongType(value, goType)
      return ''
    },
    zero: () => '',
    isEmpty: (value) => value === '',
    isOmittedWhenZero: true,
  }
}

function boolType(goType: string): ValueType {
  return {
    goType,
    decode: (value, walk) => {
      if (typeof value === 'boolean') return value
      walk.wrongType(value, goType)
      return false
    },
    zero: () => false,
    isEmpty: (value) => value === false,
    isOmittedWhenZero: true,
  }
}

function integerType(goType: string, bits: 32 | 64): ValueType {
  return {
    goType,
    decode: (value, walk) => {
      const integer = toInteger(value, bits)
      if (integer !== undefined) return integer
      const spelling = spellingOf(value)
      if (spelling === undefined) walk.wrongType(value, goType)
      else walk.wrongNumber(spelling, goType)
      return 0
    },
    zero: () => 0,
    isEmpty: (value) => value === 0,
    isOmittedWhenZero: true,
  }
}

/** A whole number of so many bits; undefined for anything else, `1.0` included. */
export function toInteger(value: unknown, bits: 32 | 64): unknown {
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || Object.is(value, -0)) return value === 0 ? 0 : undefined
    const isInRange = bits === 32 ? value === (value | 0) : Number.isSafeInteger(value)
    return isInRange ? value : undefined
  }
  if (!isRawNumber(value) || !wholeNumber.test(value.rawJSON)) return undefined
  const whole = BigInt(value.rawJSON)
  return BigInt.asIntN(bits, whole) === whole ? integerOf(whole) : undefined
}

function floatType(goType: string): ValueType {
  return {
    goType,
    decode: (value, walk) => {
      const spelling = spellingOf(value)
      if (spelling === undefined) {
        walk.wrongType(value, goType)
        return 0
      }
      const number = Number(spelling)
      if (Object.is(number, -0)) return rawNumber('-0')
      if (Number.isFinite(number)) return number
      walk.wrongNumber(spelling, goType)
      return 0
    },
    zero: () => 0,
    isEmpty: (value) => numberOrUndefined(value) === 0,
    isOmittedWhenZero: true,
  }
}

/** `[]byte`: base64, or a list of numbers. */
const bytesType: ValueType = {
  goType: '[]uint8',
  decode: (value, walk) => {
    if (Array.isArray(value)) return bytesOf(value, walk)
    if (typeof value !== 'string') {
      walk.wrongType(value, '[]uint8')
      return null
    }
    const problem = base64Problem(value)
    if (problem === undefined) return Buffer.from(value, 'base64').toString('base64')
    walk.problem(`illegal base64 data at input byte ${problem}`)
    return null
  },
  zero: () => null,
  isEmpty: (value) => value === null || value === '',
  isOmittedWhenZero: true,
}

function bytesOf(list: readonly unknown[], walk: DecodeWalk): string {
  const bytes = list.map((item) => {
    if (item === null) return 0
    if (typeof item === 'number' && Number.isInteger(item) && item >= 0 && item < 256) return item
    const spelling = spellingOf(item)
    if (spelling === undefined) walk.wrongType(item, 'uint8')
    else walk.wrongNumber(spelling, 'uint8')
    return 0
  })
  return Buffer.from(bytes).toString('base64')
}
