import { errors } from '@fairlead/kube-core'

const int64Max = 2n ** 63n - 1n

/**
 * A boolean parameter, undefined when absent. Everything but `0` and `false` is true, as in
 * `?watch` (as Convert_Slice_string_To_bool in apimachinery).
 */
export function parseFlag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name)
  return text === null ? undefined : text !== '0' && text.toLowerCase() !== 'false'
}

/**
 * A parameter that is a 64-bit integer, undefined when absent. Numbers that JavaScript has not
 * become the nearest that it has.
 * @throws StatusError 400
 */
export function parseInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^[+-]?\d+$/.test(text)) throw unparsable('ParseInt', text, 'invalid syntax')
  const value = text.length > 20 ? int64Max + 1n : BigInt(text.replace(/^\+/, ''))
  if (value > int64Max || value < -int64Max - 1n) {
    throw unparsable('ParseInt', text, 'value out of range')
  }
  return Number(value)
}

function unparsable(parser: string, text: string, why: string): Error {
  return errors.badRequest(`strconv.${parser}: parsing ${JSON.stringify(text)}: ${why}`)
}

const uint64Max = 2n ** 64n - 1n

/**
 * The resource version of a request as a number; 0 for an empty one.
 * @throws StatusError 400 when it is no number, in the words of a real server's 500
 */
export function parseResourceVersion(text: string): number {
  const problem = versionProblem(text)
  if (problem === undefined) return Number(text)
  throw errors.badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: ${problem}`)
}

/** The same for that of an object. @throws StatusError 400 */
export function parseObjectVersion(text: string): number {
  const problem = versionProblem(text)
  if (problem === undefined) return Number(text)
  throw errors.badRequest(problem)
}

function versionProblem(text: string): string | undefined {
  if (text === '') return undefined
  const problem = (why: string): string =>
    `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`
  if (!/^\d+$/.test(text)) return problem('invalid syntax')
  const isTooLarge = text.length > 20 || BigInt(text) > uint64Max
  return isTooLarge ? problem('value out of range') : undefined
}
