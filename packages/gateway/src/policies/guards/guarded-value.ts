import { isJsonObject, isRawNumber } from '@fairlead/base'

/** What becomes of a text. */
type TextChange = (text: string) => string

/** Deeper values are not read: they could take more stack than there is. */
const depthMax = 200

/**
 * A parsed JSON value with every text in it changed: names of fields, and numbers as they are spelled,
 * too. The very same value where nothing changes. Throws RangeError for one that is deeper than any
 * that means something.
 */
export function guardedValue(value: unknown, change: TextChange, depth = 0): unknown {
  if (depth > depthMax) throw new RangeError('the value is too deep')
  if (typeof value === 'string') return change(value)
  if (typeof value === 'number' || isRawNumber(value)) {
    const spelled = JSON.stringify(value)
    const changed = change(spelled)
    return changed === spelled ? value : changed
  }
  if (Array.isArray(value)) {
    const changed = value.map((one) => guardedValue(one, change, depth + 1))
    return changed.every((one, index) => one === value[index]) ? value : changed
  }
  if (!isJsonObject(value)) return value
  let isSame = true
  const changed = Object.entries(value).map(([name, field]) => {
    const entry = [change(name), guardedValue(field, change, depth + 1)] as const
    isSame &&= entry[0] === name && entry[1] === field
    return entry
  })
  return isSame ? value : Object.fromEntries(changed)
}
