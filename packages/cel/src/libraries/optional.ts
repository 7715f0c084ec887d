import {
  CelScalar,
  celFunc,
  celList,
  celMap,
  celMethod,
  isCelList,
  isCelMap,
  type CelList,
  type CelValue,
  listType,
} from '@bufbuild/cel'
import { contentOf, isOpaque } from '../opaque.ts'
import { optionalNone, optionalOf } from '../optional-value.ts'

const { BOOL, DYN, STRING } = CelScalar
const LIST = listType(DYN)

/** Optional values; `.?field`, `[?key]` and optional entries of literals are rewritten to the functions that start with `__`. */
export const optionalLibrary = [
  celFunc('optional.of', [DYN], DYN, optionalOf),
  celFunc('optional.none', [], DYN, optionalNone),
  celFunc('optional.ofNonZeroValue', [DYN], DYN, (value) =>
    isZero(value) ? optionalNone() : optionalOf(value),
  ),
  celMethod('hasValue', DYN, [], BOOL, function () {
    return contentOf(this, 'optional') !== undefined
  }),
  celMethod('value', DYN, [], DYN, function () {
    const value = contentOf(this, 'optional')
    if (value === undefined) throw new Error('optional.none() dereference')
    return value
  }),
  celMethod('orValue', DYN, [DYN], DYN, function (other: CelValue) {
    return contentOf(this, 'optional') ?? other
  }),
  celMethod('or', DYN, [DYN], DYN, function (other: CelValue) {
    return contentOf(this, 'optional') === undefined ? other : this
  }),
  celMethod('__optionalSelect', DYN, [STRING], DYN, function (name: string) {
    return select(this, name)
  }),
  celMethod('__optionalIndex', DYN, [DYN], DYN, function (key: CelValue) {
    return select(this, key)
  }),
  celMethod('__optionalToList', DYN, [], DYN, function () {
    const value = contentOf(this, 'optional')
    return celList(value === undefined ? [] : [value])
  }),
  celFunc('__optionalMap', [LIST, LIST], DYN, (keys: CelList, values: CelList) => {
    const contents = [...values].map((value) => contentOf(value, 'optional'))
    return celMap(
      new Map(
        [...keys].flatMap((key, index) => {
          const value = contents[index]
          return value === undefined ? [] : [[key as string, value] as const]
        }),
      ),
    )
  }),
]

function select(target: CelValue, key: CelValue): CelValue {
  const value = isOpaque(target, 'optional') ? contentOf(target, 'optional') : target
  if (value === undefined) return optionalNone()
  const found = isCelMap(value)
    ? value.get(key as string)
    : isCelList(value) && typeof key === 'bigint'
      ? value.get(Number(key))
      : undefined
  return found === undefined ? optionalNone() : optionalOf(found)
}

function isZero(value: CelValue): boolean {
  if (isCelList(value) || isCelMap(value)) return value.size === 0
  return value === null || value === false || value === 0 || value === 0n || value === ''
}
