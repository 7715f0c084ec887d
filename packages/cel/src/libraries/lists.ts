import {
  CelScalar,
  celFunc,
  celMethod,
  isCelList,
  listType,
  type CelList,
  type CelValue,
} from '@bufbuild/cel'

const { BOOL, DYN, INT } = CelScalar
const LIST = listType(DYN)

type Equal = (a: CelValue, b: CelValue) => boolean

/** `isSorted`, `sum`, `min`, `max`, `indexOf`, `lastIndexOf` and the set functions. */
export function listLibrary(equal: Equal) {
  return [
    celMethod('isSorted', LIST, [], BOOL, function () {
      const items = [...this]
      return items.every(
        (item, index) => index === 0 || compare(items[index - 1] ?? null, item) <= 0,
      )
    }),
    celMethod('sum', LIST, [], DYN, function () {
      return sum(this)
    }),
    celMethod('min', LIST, [], DYN, function () {
      return extreme(this, 'min', -1)
    }),
    celMethod('max', LIST, [], DYN, function () {
      return extreme(this, 'max', 1)
    }),
    celMethod('indexOf', LIST, [DYN], INT, function (value: CelValue) {
      return BigInt([...this].findIndex((item) => equal(item, value)))
    }),
    celMethod('lastIndexOf', LIST, [DYN], INT, function (value: CelValue) {
      return BigInt([...this].findLastIndex((item) => equal(item, value)))
    }),
    celFunc('sets.contains', [LIST, LIST], BOOL, (list, part) => contains(list, part, equal)),
    celFunc('sets.equivalent', [LIST, LIST], BOOL, (a, b) => {
      return contains(a, b, equal) && contains(b, a, equal)
    }),
    celFunc('sets.intersects', [LIST, LIST], BOOL, (a, b) => {
      return [...a].some((x) => [...b].some((y) => equal(x, y)))
    }),
  ]
}

function contains(list: CelList, part: CelList, equal: Equal): boolean {
  const items = [...list]
  return [...part].every((value) => items.some((item) => equal(item, value)))
}

function sum(list: CelList): CelValue {
  const items = [...list]
  if (items.every((item) => typeof item === 'bigint')) {
    return items.reduce((total, item) => total + item, 0n)
  }
  if (items.every((item) => typeof item === 'number')) {
    return items.reduce((total, item) => total + item, 0)
  }
  throw new Error('no such overload')
}

function extreme(list: CelList, name: string, sign: number): CelValue {
  const [first, ...rest] = [...list]
  if (first === undefined) throw new Error(`${name} called on empty list`)
  return rest.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first)
}

function compare(a: CelValue, b: CelValue): number {
  const comparable =
    typeof a === typeof b && ['bigint', 'number', 'string', 'boolean'].includes(typeof a)
  if (!comparable || isCelList(a) || a === null || b === null) throw new Error('no such overload')
  return a < b ? -1 : a > b ? 1 : 0
}
